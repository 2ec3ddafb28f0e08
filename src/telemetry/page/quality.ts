/**
 * @file How much light and shade this machine can afford. Without a graphics card the browser draws on the processor, which the run needs
 * too; then the world is drawn plainer and less often. `#quality=full` or `#quality=light` in the address decides instead.
 */

export interface Quality {
  readonly antialias: boolean;
  /** Light from all around, by an image of a room. */
  readonly surroundings: boolean;
  /** Texels along a side of the shadow map. */
  readonly shadowMap: number;
  readonly mostPixelRatio: number;
  /** Frames a second. */
  readonly frameRate: number;
}

const qualities = {
  full: { antialias: true, surroundings: true, shadowMap: 2048, mostPixelRatio: 2, frameRate: Infinity },
  light: { antialias: true, surroundings: false, shadowMap: 1024, mostPixelRatio: 1, frameRate: 15 },
} as const satisfies Readonly<Record<string, Quality>>;

export function chooseQuality(): Quality {
  const wanted = /\bquality=(full|light)\b/.exec(location.hash)?.[1] as keyof typeof qualities | undefined;
  return qualities[wanted ?? (drawsOnProcessor() ? "light" : "full")];
}

function drawsOnProcessor(): boolean {
  const context = document.createElement("canvas").getContext("webgl2");
  const info = context?.getExtension("WEBGL_debug_renderer_info");
  if (context === null || info === null || info === undefined) return false;
  const name = String(context.getParameter(info.UNMASKED_RENDERER_WEBGL));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}
