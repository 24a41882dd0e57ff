/**
 * The best `k` of many scores, kept in order: by score, and by row where scores are equal. Larger is better; distances are
 * given with their sign turned.
 */
export class TopK {
  readonly rows: Int32Array;
  readonly scores: Float32Array;
  readonly #k: number;
  #count = 0;

  constructor(k: number) {
    this.#k = k;
    this.rows = new Int32Array(k).fill(-1);
    this.scores = new Float32Array(k);
  }

  get count(): number {
    return this.#count;
  }

  /** A score below this changes nothing. Rows come in ascending order, so an equal one does not either. */
  get threshold(): number {
    return this.#count < this.#k ? -Infinity : (this.scores[this.#k - 1] ?? -Infinity);
  }

  /** Insertion into a sorted list: after the first rows few scores get here. */
  add(row: number, score: number): void {
    if (this.#count === this.#k && !(score > this.threshold)) return;
    let at = this.#count < this.#k ? this.#count++ : this.#k - 1;
    while (at > 0 && (this.scores[at - 1] ?? 0) < score) {
      this.scores[at] = this.scores[at - 1] ?? 0;
      this.rows[at] = this.rows[at - 1] ?? 0;
      at -= 1;
    }
    this.scores[at] = score;
    this.rows[at] = row;
  }
}
