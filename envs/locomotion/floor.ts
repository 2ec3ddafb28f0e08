/** @file The floor under a creature as it is drawn: a board of tiles that goes along with it, two tiles at a time, so that it looks endless. */
import { Body, Box, Vec3 } from "cannon-es";
import type { Color, DrawnBody } from "../physics/scene.ts";

/** Tiles along a side; even, so that the board looks the same after each step. */
const TILES = 4;
/** The width of a tile and the board's thickness, in m. */
const TILE = 0.5;
const THICKNESS = 0.02;
const LIGHT: Color = [0.87, 0.89, 0.91, 1];
const DARK: Color = [0.76, 0.79, 0.83, 1];

export class Floor {
  readonly drawn: DrawnBody;
  readonly #board = new Body();

  constructor() {
    const tile = new Box(new Vec3(TILE / 2, TILE / 2, THICKNESS / 2));
    const colors: Color[] = [];
    for (let x = 0; x < TILES; x++) {
      for (let y = 0; y < TILES; y++) {
        this.#board.addShape(tile, new Vec3((x + 0.5 - TILES / 2) * TILE, (y + 0.5 - TILES / 2) * TILE, -THICKNESS / 2));
        colors.push((x + y) % 2 === 0 ? LIGHT : DARK);
      }
    }
    this.drawn = { name: "floor", body: this.#board, color: colors };
  }

  /** Brings the board under a point. */
  follow({ x, y }: Vec3): void {
    const step = 2 * TILE;
    this.#board.position.set(step * Math.round(x / step), step * Math.round(y / step), 0);
  }
}
