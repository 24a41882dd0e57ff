/** Upper limits of buckets, ascending; a last bucket without a limit comes after them. */
export type BucketLimits = readonly number[];

/** Whether a value that equals a limit is in its bucket (`le` of Prometheus) or in the next one (TensorFlow's buckets). */
export type LimitRule = 'inclusive' | 'exclusive';

/** Counts of values by bucket. */
export class HistogramCell {
  /** Not cumulative; one more than there are limits. */
  readonly counts: Float64Array;
  sum = 0;
  count = 0;
  readonly #limits: BucketLimits;
  readonly #isInclusive: boolean;

  constructor(limits: BucketLimits, rule: LimitRule) {
    this.#limits = limits;
    this.#isInclusive = rule === 'inclusive';
    this.counts = new Float64Array(limits.length + 1);
  }

  observe(value: number): void {
    const bucket = this.#bucketOf(value);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
    this.count += 1;
  }

  /** By halves: there are up to 54 limits. */
  #bucketOf(value: number): number {
    let low = 0;
    let high = this.#limits.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const limit = this.#limits[middle] ?? Infinity;
      if (value < limit || (this.#isInclusive && value === limit)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** `first`, `first * factor`, … */
export function exponentialLimits(first: number, factor: number, count: number): BucketLimits {
  const limits: number[] = [];
  for (let limit = first; limits.length < count; limit *= factor) limits.push(limit);
  return limits;
}
