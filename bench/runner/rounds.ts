/** What is measured, by the name it is told by. */
export type Subjects<Result> = Readonly<Record<string, () => Result | Promise<Result>>>;

/**
 * Measures every subject in every round, in turns: what disturbs the machine for longer than a turn disturbs all alike.
 * Every other round goes backwards, so that none is always the one after the same other.
 */
export async function interleave<Result>(subjects: Subjects<Result>, rounds: number): Promise<ReadonlyMap<string, readonly Result[]>> {
  const entries = Object.entries(subjects);
  const results = new Map(entries.map(([name]) => [name, [] as Result[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measure] of round % 2 === 0 ? entries : entries.toReversed()) results.get(name)?.push(await measure());
  }
  return results;
}

/** The value that a share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
