/**
 * The known name that was probably meant, or `undefined` when none is near. Case, `-` and `_` do not count, since people
 * write `rest_port` for `restPort`; more than about a third of the letters wrong is another word.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const wanted = plain(name);
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(wanted, plain(candidate));
    const isNear = distance <= Math.ceil(Math.max(wanted.length, candidate.length) / 3);
    if (isNear && distance < (best?.distance ?? Infinity)) best = { name: candidate, distance };
  }
  return best?.name;
}

/** "Did you mean 'x'?", or the list of what is known. */
export function suggest(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== undefined) return `Did you mean '${nearest}'?`;
  return known.length === 0 ? 'Remove it' : `Known are: ${known.join(', ')}`;
}

function plain(name: string): string {
  return name.slice(0, MAX_LENGTH).replaceAll(/[-_]/g, '').toLowerCase();
}

/** Names are short; a longer text is nobody's typing error and would only cost time. */
const MAX_LENGTH = 64;

/** Optimal string alignment: insert, delete, replace a letter, or swap two neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + cost,
        isSwap ? at(beforeLast, column - 2) + 1 : Infinity,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
