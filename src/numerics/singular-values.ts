/** @file Singular values of small matrices. */

/** Columns count as orthogonal when the cosine between them is below this; the values are then right to its square. */
const ORTHOGONAL = 1e-9;
const MOST_SWEEPS = 60;

/**
 * Singular values, the largest first, by one-sided Jacobi: pairs of columns are turned until all are orthogonal; their lengths are then the values.
 * @see Hestenes (1958), "Inversion of matrices by biorthogonalization and related results".
 * @param matrix Row-major, finite; left as it is.
 * @returns min(rows, columns) of them.
 */
export function singularValues(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const vectors = rows < columns ? rowsOf(matrix, rows, columns) : columnsOf(matrix, rows, columns);
  for (let sweep = 0, turned = true; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < vectors.length; p++) {
      for (let q = p + 1; q < vectors.length; q++) turned = orthogonalize(vectors[p]!, vectors[q]!) || turned;
    }
  }
  return Float64Array.from(vectors, lengthOf).toSorted((a, b) => b - a);
}

/** Turns two vectors in their plane so that they are orthogonal. @returns Whether they had to be turned. */
function orthogonalize(x: Float64Array, y: Float64Array): boolean {
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const a = x[i]!;
    const b = y[i]!;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  if (Math.abs(xy) <= ORTHOGONAL * Math.sqrt(xx * yy)) return false;
  const cotangent = (yy - xx) / (2 * xy);
  const tangent = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.sqrt(1 + cotangent * cotangent));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  for (let i = 0; i < x.length; i++) {
    const a = x[i]!;
    const b = y[i]!;
    x[i] = cosine * a - sine * b;
    y[i] = sine * a + cosine * b;
  }
  return true;
}

function lengthOf(x: Float64Array): number {
  let square = 0;
  for (let i = 0; i < x.length; i++) square += x[i]! * x[i]!;
  return Math.sqrt(square);
}

const columnsOf = (matrix: ArrayLike<number>, rows: number, columns: number): Float64Array[] =>
  Array.from({ length: columns }, (_, j) => Float64Array.from({ length: rows }, (_none, i) => matrix[i * columns + j]!));

const rowsOf = (matrix: ArrayLike<number>, rows: number, columns: number): Float64Array[] =>
  Array.from({ length: rows }, (_, i) => Float64Array.from({ length: columns }, (_none, j) => matrix[i * columns + j]!));
