/** @file Style sheets that scripts import; the bundler joins them into one. */
declare module "*.css";
