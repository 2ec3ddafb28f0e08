/**
 * @file Some browsers name a language that their own `Intl` refuses, such as `en-US@posix` where the system's locale is C, and the chart
 * library then fails as it loads. The page is in English anyway, so English is what they are said to speak. To be imported before uPlot.
 */
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en-US" });
}
