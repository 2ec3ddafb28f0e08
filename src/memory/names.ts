/** @file Names as small numbers, so that a column of them takes four bytes a row. */

export class Names {
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** The name's number; a new one gets the next. */
  numberOf(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#names.push(name) - 1;
      this.#numbers.set(name, number);
    }
    return number;
  }

  /** The number of a name that is known. */
  find(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  nameOf(number: number): string {
    return this.#names[number]!;
  }
}
