/** How long work may go on before other work has its turn, in milliseconds. */
const stretchMs = 4;

/** Lets other work go on between the steps of a long one, and costs nothing while the steps are short. */
export class Breather {
  #since = performance.now();

  async rest(): Promise<void> {
    if (performance.now() - this.#since < stretchMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}
