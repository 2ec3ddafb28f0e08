/**
 * @file Layer normalisation over rows and its derivatives: n = (x − mean) / σ, y = gain ⊙ n + shift, with σ² = variance + 1e-5.
 * Rows may come in several problems, each with gains of its own, `step` bytes apart.
 * @see Ba, Kiros & Hinton (2016), "Layer normalization". The tangents are Pearlmutter's (1994) R-operator applied to both passes.
 */

const EPSILON: f32 = 1e-5;

/** Writes n, 1/σ of each row, and y. n and y may lie where x does, though not both. */
export function layerNorm(batch: i32, rows: i32, width: i32, x: usize, gain: usize, shift: usize, step: usize, n: usize, inverse: usize, y: usize): void {
  const row = <usize>width << 2;
  for (let t = 0; t < batch; t++) {
    for (let i = 0; i < rows; i++) {
      let mean: f32 = 0;
      for (let j: usize = 0; j < row; j += 4) mean += load<f32>(x + j);
      mean /= <f32>width;
      let variance: f32 = 0;
      for (let j: usize = 0; j < row; j += 4) {
        const d = load<f32>(x + j) - mean;
        variance += d * d;
      }
      const r: f32 = 1 / sqrt<f32>(variance / <f32>width + EPSILON);
      store<f32>(inverse, r);
      for (let j: usize = 0; j < row; j += 4) {
        const unit = (load<f32>(x + j) - mean) * r;
        store<f32>(n + j, unit);
        store<f32>(y + j, load<f32>(gain + j) * unit + load<f32>(shift + j));
      }
      x += row;
      n += row;
      y += row;
      inverse += 4;
    }
    gain += step;
    shift += step;
  }
}

/** From ∂y to ∂x = (∂n − mean(∂n) − n mean(n ∂n)) / σ with ∂n = gain ⊙ ∂y. */
export function layerNormBackward(batch: i32, rows: i32, width: i32, dy: usize, n: usize, inverse: usize, gain: usize, step: usize, dx: usize): void {
  const row = <usize>width << 2;
  for (let t = 0; t < batch; t++) {
    for (let i = 0; i < rows; i++) {
      let mean: f32 = 0;
      let along: f32 = 0;
      for (let j: usize = 0; j < row; j += 4) {
        const dn = load<f32>(gain + j) * load<f32>(dy + j);
        mean += dn;
        along += dn * load<f32>(n + j);
      }
      mean /= <f32>width;
      along /= <f32>width;
      const r = load<f32>(inverse);
      for (let j: usize = 0; j < row; j += 4) store<f32>(dx + j, r * (load<f32>(gain + j) * load<f32>(dy + j) - mean - load<f32>(n + j) * along));
      dy += row;
      n += row;
      dx += row;
      inverse += 4;
    }
    gain += step;
  }
}

/**
 * How n and y move when x moves by Rx, gain by vGain and shift by vShift (0 for not at all), with mean(n Rx) of each row for the way back.
 * Rn may lie where Rx does.
 */
export function layerNormTangent(
  batch: i32, rows: i32, width: i32, rx: usize, n: usize, inverse: usize, gain: usize, step: usize, vGain: usize, vShift: usize,
  rn: usize, along: usize, ry: usize,
): void {
  const row = <usize>width << 2;
  for (let t = 0; t < batch; t++) {
    for (let i = 0; i < rows; i++) {
      let mean: f32 = 0;
      let a: f32 = 0;
      for (let j: usize = 0; j < row; j += 4) {
        mean += load<f32>(rx + j);
        a += load<f32>(rx + j) * load<f32>(n + j);
      }
      mean /= <f32>width;
      a /= <f32>width;
      store<f32>(along, a);
      const r = load<f32>(inverse);
      for (let j: usize = 0; j < row; j += 4) {
        const unit = load<f32>(n + j);
        const moved = r * (load<f32>(rx + j) - mean - unit * a);
        store<f32>(rn + j, moved);
        store<f32>(ry + j, load<f32>(gain + j) * moved + (vGain ? load<f32>(vGain + j) * unit + load<f32>(vShift + j) : 0));
      }
      rx += row;
      n += row;
      rn += row;
      ry += row;
      inverse += 4;
      along += 4;
    }
    gain += step;
    if (vGain) {
      vGain += step;
      vShift += step;
    }
  }
}

/** How ∂x moves when ∂y moves by R∂y and the rest as in `layerNormTangent`. R∂x may lie where R∂y does. */
export function layerNormBackwardTangent(
  batch: i32, rows: i32, width: i32, dy: usize, rdy: usize, n: usize, rn: usize, inverse: usize, along: usize, gain: usize, step: usize, vGain: usize,
  dx: usize, rdx: usize,
): void {
  const row = <usize>width << 2;
  for (let t = 0; t < batch; t++) {
    for (let i = 0; i < rows; i++) {
      let first: f32 = 0;
      let mean: f32 = 0;
      let turned: f32 = 0;
      for (let j: usize = 0; j < row; j += 4) {
        const dn = load<f32>(gain + j) * load<f32>(dy + j);
        const rdn = load<f32>(gain + j) * load<f32>(rdy + j) + (vGain ? load<f32>(vGain + j) * load<f32>(dy + j) : 0);
        first += dn * load<f32>(n + j);
        mean += rdn;
        turned += rdn * load<f32>(n + j) + dn * load<f32>(rn + j);
      }
      first /= <f32>width;
      mean /= <f32>width;
      turned /= <f32>width;
      const r = load<f32>(inverse);
      const shrink = r * load<f32>(along);
      for (let j: usize = 0; j < row; j += 4) {
        const rdn = load<f32>(gain + j) * load<f32>(rdy + j) + (vGain ? load<f32>(vGain + j) * load<f32>(dy + j) : 0);
        store<f32>(rdx + j, r * (rdn - mean - load<f32>(rn + j) * first - load<f32>(n + j) * turned) - shrink * load<f32>(dx + j));
      }
      dy += row;
      rdy += row;
      n += row;
      rn += row;
      dx += row;
      rdx += row;
      inverse += 4;
      along += 4;
    }
    gain += step;
    if (vGain) vGain += step;
  }
}
