/** A number that is not known before a request comes. */
export interface Atom {
  readonly id: number;
  /** Whether it changes when requests are joined. */
  readonly dependsOnRows: boolean;
  /** Whether it is at least 1. */
  readonly isPositive: boolean;
  /** Of a sum: what is added up. */
  readonly terms: readonly Size[] | undefined;
}

/**
 * A size, or an element of a tensor that holds sizes: a known factor times unknown numbers, such as `4 · rows · length`.
 * Atoms are sorted by their ids, so that equal sizes look equal.
 */
export interface Size {
  readonly factor: number;
  readonly atoms: readonly Atom[];
}

const ROWS_ATOM: Atom = { id: 0, dependsOnRows: true, isPositive: true, terms: undefined };

/** How many rows a run has. */
export const ROWS: Size = { factor: 1, atoms: [ROWS_ATOM] };
export const ONE: Size = { factor: 1, atoms: [] };

export function literal(factor: number): Size {
  return { factor, atoms: [] };
}

/** The number, when it is known. */
export function literalOf({ factor, atoms }: Size): number | undefined {
  return atoms.length === 0 ? factor : undefined;
}

export function isLiteral(size: Size, value: number): boolean {
  return size.atoms.length === 0 && size.factor === value;
}

export function isSameSize(left: Size, right: Size): boolean {
  return left.factor === right.factor && left.atoms.length === right.atoms.length && left.atoms.every((atom, at) => atom === right.atoms[at]);
}

export function dependsOnRows({ atoms }: Size): boolean {
  return atoms.some((atom) => atom.dependsOnRows);
}

/** Whether it is known to be greater than 0. */
export function isPositive({ factor, atoms }: Size): boolean {
  return factor > 0 && atoms.every((atom) => atom.isPositive);
}

export function multiply(left: Size, right: Size): Size {
  const factor = left.factor * right.factor;
  if (factor === 0) return literal(0);
  return { factor, atoms: [...left.atoms, ...right.atoms].sort((a, b) => a.id - b.id) };
}

export function productOf(sizes: readonly Size[]): Size {
  return sizes.reduce(multiply, ONE);
}

/** Whether it is made of nothing that came after a mark. */
export function isOlderThan({ atoms }: Size, mark: number): boolean {
  return atoms.every((atom) => (atom.terms === undefined ? atom.id < mark : atom.terms.every((term) => isOlderThan(term, mark))));
}

/** The quotient, when it is a whole number whatever the unknown numbers are. */
export function divide(left: Size, right: Size): Size | undefined {
  const factor = left.factor / right.factor;
  if (!Number.isInteger(factor)) return undefined;
  if (factor === 0) return isPositive(right) ? literal(0) : undefined;
  const atoms = [...left.atoms];
  for (const atom of right.atoms) {
    const at = atoms.indexOf(atom);
    if (at === -1) return undefined;
    atoms.splice(at, 1);
  }
  return { factor, atoms };
}

/** What is left of `before · rows · after` without the rows; `undefined` for any other size. */
export function withoutRows(size: Size): Size | undefined {
  const rest = divide(size, ROWS);
  return rest === undefined || dependsOnRows(rest) || !Number.isInteger(size.factor) ? undefined : rest;
}

/** Makes the unknown numbers of one proof. */
export class SizeSpace {
  readonly #sums = new Map<string, Size>();
  #nextId = 1;

  /** A number of which nothing is known but that it does not change when requests are joined. */
  unknown(): Size {
    return this.#atom({ dependsOnRows: false, isPositive: false, terms: undefined });
  }

  /** The size of a dimension, which is at least 1: no tensor of a proof is empty. */
  dimension(): Size {
    return this.#atom({ dependsOnRows: false, isPositive: true, terms: undefined });
  }

  /** Tells sizes that were there before from those that are made from now on: see {@link isOlderThan}. */
  mark(): number {
    return this.#nextId;
  }

  /** Equal sums are the same size, and what was added can be taken away again. */
  add(left: Size, right: Size): Size {
    const terms = mergeTerms([...termsOf(left), ...termsOf(right)]);
    const [first, ...others] = terms;
    if (first === undefined) return literal(0);
    if (others.length === 0) return first;
    const shared = terms.map((term) => term.factor).reduce(greatestDivisor);
    const rest = terms.map((term) => ({ ...term, factor: term.factor / shared }));
    return multiply(literal(shared), this.#sumOf(rest));
  }

  #sumOf(terms: readonly Size[]): Size {
    const key = terms.map(keyOf).join('+');
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    const sum = this.#atom({ dependsOnRows: terms.some(dependsOnRows), isPositive: terms.every(isPositive), terms });
    this.#sums.set(key, sum);
    return sum;
  }

  #atom(atom: Omit<Atom, 'id'>): Size {
    return { factor: 1, atoms: [{ id: this.#nextId++, ...atom }] };
  }
}

function termsOf(size: Size): readonly Size[] {
  const [atom, ...others] = size.atoms;
  if (atom?.terms === undefined || others.length > 0) return [size];
  return atom.terms.map((term) => multiply(term, literal(size.factor)));
}

/** One term for each product of atoms, in a fixed order. */
function mergeTerms(terms: readonly Size[]): readonly Size[] {
  const byAtoms = new Map<string, Size>();
  for (const term of terms) {
    const key = atomsKey(term);
    byAtoms.set(key, { factor: (byAtoms.get(key)?.factor ?? 0) + term.factor, atoms: term.atoms });
  }
  const kept = [...byAtoms].filter(([, term]) => term.factor !== 0);
  return kept.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, term]) => term);
}

function atomsKey({ atoms }: Size): string {
  return atoms.map((atom) => atom.id).join('*');
}

function keyOf(size: Size): string {
  return `${size.factor}*${atomsKey(size)}`;
}

/** 1 where a factor is no whole number: such a sum has no content to take out. */
function greatestDivisor(left: number, right: number): number {
  if (!Number.isSafeInteger(left) || !Number.isSafeInteger(right)) return 1;
  let [a, b] = [Math.abs(left), Math.abs(right)];
  while (b > 0) [a, b] = [b, a % b];
  return Math.max(1, a);
}
