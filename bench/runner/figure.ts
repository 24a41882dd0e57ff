/** The smallest, the middle and the largest of several rounds. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** One measured number; one line of JSON on the way to the runner. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Whether a higher value is the better one. */
  readonly better: 'higher' | 'lower';
  readonly value: Spread;
  /** Rounds that count; a round that warms up does not. */
  readonly rounds: number;
  /** What it was measured beside, in the same rounds. */
  readonly baseline?: { readonly name: string; readonly value: Spread };
  /** How many times as good as the baseline, round by round: above 1 is ahead of it, whichever way is better. */
  readonly ratio?: Spread;
  /** What the value ought to reach. */
  readonly target?: number;
}

/** What a bench knows of a figure: its value in each round, and the baseline's in the same rounds. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly values: readonly number[];
  readonly baseline?: { readonly name: string; readonly values: readonly number[] };
  readonly target?: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0] ?? Number.NaN, median: medianOf(sorted), max: sorted.at(-1) ?? Number.NaN };
}

function medianOf(sorted: readonly number[]): number {
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? Number.NaN)) / 2;
}

/** Pairs each round's value with the baseline's of that round, so that noise which lasts longer than a round cancels out. */
export function figureOf({ baseline, values, target, ...rest }: Measured): Figure {
  const figure: Figure = { ...rest, value: spreadOf(values), rounds: values.length, ...(target === undefined ? {} : { target }) };
  if (baseline === undefined) return figure;
  const ratios = values.map((value, round) => {
    const base = baseline.values[round] ?? Number.NaN;
    return rest.better === 'higher' ? value / base : base / value;
  });
  return { ...figure, baseline: { name: baseline.name, value: spreadOf(baseline.values) }, ratio: spreadOf(ratios) };
}

/** Whether a figure reached what it ought to; `undefined` when nothing was asked of it. */
export function meetsTarget({ target, better, value }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  return better === 'higher' ? value.median >= target : value.median <= target;
}

/** The figure that a line of a bench's output holds; `undefined` for lines that are for people. */
export function parseFigure(line: string): Figure | undefined {
  if (!line.startsWith('{"name":')) return undefined;
  return JSON.parse(line) as Figure;
}
