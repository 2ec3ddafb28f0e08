/**
 * @file What is already known of a benchmark that takes long: lines of JSON in the file that `ENGRAM_BENCH_CELLS` names, where it names one. How far it
 * is stands on standard error.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { showProgress } from "./progress.ts";

/** What was asked, and the success on each task, in [0, 1]. */
export type Cell<Question> = Question & { readonly success: readonly number[] };

export class KeptCells<Question> {
  readonly #file = process.env["ENGRAM_BENCH_CELLS"];
  readonly #nameOf: (question: Question) => string;
  readonly #total: number;
  readonly #cells = new Map<string, Cell<Question>>();
  /** Names of the questions that were asked before. */
  readonly #asked = new Set<string>();
  /** How many of them it took a life to answer. */
  #lived = 0;

  /** @param nameOf The same for a question that is asked again. @param total How many will be asked. */
  constructor(nameOf: (question: Question) => string, total: number) {
    this.#nameOf = nameOf;
    this.#total = total;
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
    if (known === undefined) showProgress(name, this.#asked.size, this.#total, this.#lived);
    this.#asked.add(name);
    if (known !== undefined) return known;
    const cell = { ...question, success: await live() };
    this.#lived++;
    this.#cells.set(name, cell);
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(cell)}\n`);
    return cell;
  }
}
