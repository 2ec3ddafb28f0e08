/** @file What is already known of a benchmark that takes long: lines of JSON in the file that `ENGRAM_BENCH_CELLS` names, where it names one. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** What was asked, and the success on each task, in [0, 1]. */
export type Cell<Question> = Question & { readonly success: readonly number[] };

export class KeptCells<Question> {
  readonly #file = process.env["ENGRAM_BENCH_CELLS"];
  readonly #nameOf: (question: Question) => string;
  readonly #cells = new Map<string, Cell<Question>>();

  /** @param nameOf The same for a question that is asked again. */
  constructor(nameOf: (question: Question) => string) {
    this.#nameOf = nameOf;
    if (this.#file === undefined || !existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, "utf8").trim().split("\n")) {
      const cell = JSON.parse(line) as Cell<Question>;
      this.#cells.set(nameOf(cell), cell);
    }
  }

  get all(): readonly Cell<Question>[] {
    return [...this.#cells.values()];
  }

  /** What is known of a question, or what a life tells; kept then. */
  async ask(question: Question, live: () => Promise<readonly number[]>): Promise<Cell<Question>> {
    const name = this.#nameOf(question);
    const known = this.#cells.get(name);
    if (known !== undefined) return known;
    const cell = { ...question, success: await live() };
    this.#cells.set(name, cell);
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(cell)}\n`);
    return cell;
  }
}
