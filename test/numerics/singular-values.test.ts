import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { singularValues } from "../../src/numerics/singular-values.ts";

/** The largest difference between what was got and what was wanted. */
const off = (got: Float64Array, wanted: readonly number[]): number =>
  got.length === wanted.length ? wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i]!)), 0) : Infinity;

describe("singular values", () => {
  it("of a diagonal matrix are the magnitudes on it, the largest first", () => {
    expect(off(singularValues([0, 0, 0, 0, -3, 0, 0, 0, 2], 3, 3), [3, 2, 0])).toBeLessThan(1e-10);
  });

  it("are those worked out by hand", () => {
    // AᵀA = [[25, 20], [20, 25]] has the eigenvalues 25 ± 20.
    expect(off(singularValues([3, 0, 4, 5], 2, 2), [Math.sqrt(45), Math.sqrt(5)])).toBeLessThan(1e-10);
    // AᵀA = [[2, 1], [1, 2]] for A = [[1, 0], [0, 1], [1, 1]]: 2 ± 1.
    expect(off(singularValues([1, 0, 0, 1, 1, 1], 3, 2), [Math.sqrt(3), 1])).toBeLessThan(1e-10);
  });

  it("of an outer product is one, the product of the lengths", () => {
    // u = [1, 2, 2], v = [3, 4]: ‖u‖‖v‖ = 3 · 5
    expect(off(singularValues([3, 4, 6, 8, 6, 8], 3, 2), [15, 0])).toBeLessThan(1e-10);
  });

  it("of nothing but zeros are zeros, and of no column none", () => {
    expect(off(singularValues(new Float32Array(6), 2, 3), [0, 0])).toBeLessThan(1e-10);
    expect(off(singularValues([], 0, 3), [])).toBeLessThan(1e-10);
  });

  const shape = fc.record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 9 }) });
  const matrices = shape.chain(({ rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      matrix: fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: rows * columns, maxLength: rows * columns }),
    }),
  );

  it("hold together with traces: Σσ² = Σa² and Σσ⁴ = ‖AᵀA‖²", () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, matrix }) => {
        const singular = singularValues(matrix, rows, columns);
        const squares = matrix.reduce((sum, a) => sum + a * a, 0);
        let gram = 0;
        for (let p = 0; p < columns; p++)
          for (let q = 0; q < columns; q++) {
            let entry = 0;
            for (let i = 0; i < rows; i++) entry += matrix[i * columns + p]! * matrix[i * columns + q]!;
            gram += entry * entry;
          }
        expect(singular.reduce((sum, s) => sum + s ** 2, 0)).toBeCloseTo(squares, 6);
        expect(singular.reduce((sum, s) => sum + s ** 4, 0) / (1 + gram)).toBeCloseTo(gram / (1 + gram), 8);
      }),
    );
  });

  it("are the same of the transposed matrix, and whatever columns are exchanged", () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, matrix }) => {
        const transposed = Array.from({ length: matrix.length }, (_, k) => matrix[(k % rows) * columns + Math.floor(k / rows)]!);
        const reversed = matrix.map((_, k) => matrix[k - (k % columns) + (columns - 1 - (k % columns))]!);
        const singular = [...singularValues(matrix, rows, columns)];
        expect(off(singularValues(transposed, columns, rows), singular)).toBeLessThan(1e-8);
        expect(off(singularValues(reversed, rows, columns), singular)).toBeLessThan(1e-8);
      }),
    );
  });
});
