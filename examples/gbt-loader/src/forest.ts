/** How a node treats values that are not there. */
export const MISSING = { none: 0, zero: 1, nan: 2 } as const;
/** What LightGBM takes for zero. Source: LightGBM, `kZeroThreshold` in `include/LightGBM/meta.h`. */
const ZERO_THRESHOLD = 1e-35;

/** All trees of a model in flat arrays; a child below zero is the leaf `-child - 1`. */
export interface Forest {
  readonly featureCount: number;
  /** Outputs a row: one, or one for each class. */
  readonly outputCount: number;
  /** The first node of each tree; tree `i` adds to output `i % outputCount`. */
  readonly roots: Int32Array;
  readonly features: Int32Array;
  readonly thresholds: Float64Array;
  readonly lefts: Int32Array;
  readonly rights: Int32Array;
  readonly missing: Uint8Array;
  readonly defaultsLeft: Uint8Array;
  /** Of nodes that split a category: which ones go left. */
  readonly categories: ReadonlyMap<number, ReadonlySet<number>>;
  readonly leaves: Float64Array;
  /** Divides the sum of the trees, for random forests; else 1. */
  readonly divisor: number;
}

/** Adds up the trees for one row of `values`, which starts at `offset`; the raw scores go to `scores` at `at`. */
export function addTrees(forest: Forest, values: Float64Array, offset: number, scores: Float64Array, at: number): void {
  const { roots, outputCount, leaves, divisor } = forest;
  for (let tree = 0; tree < roots.length; tree += 1) {
    const place = at + (tree % outputCount);
    scores[place] = (scores[place] ?? 0) + (leaves[leafOf(forest, roots[tree] ?? 0, values, offset)] ?? 0);
  }
  for (let output = at; output < at + outputCount; output += 1) scores[output] = (scores[output] ?? 0) / divisor;
}

function leafOf(forest: Forest, root: number, values: Float64Array, offset: number): number {
  let node = root;
  while (node >= 0) node = nextOf(forest, node, values[offset + (forest.features[node] ?? 0)] ?? 0);
  return -node - 1;
}

/** Source: LightGBM, `Tree::NumericalDecision` and `Tree::CategoricalDecision` in `include/LightGBM/tree.h`. */
function nextOf(forest: Forest, node: number, value: number): number {
  const [left, right] = [forest.lefts[node] ?? 0, forest.rights[node] ?? 0];
  const categories = forest.categories.get(node);
  if (categories !== undefined) return value >= 0 && categories.has(Math.trunc(value)) ? left : right;
  const missing = forest.missing[node];
  const known = Number.isNaN(value) && missing !== MISSING.nan ? 0 : value;
  const isMissing = missing === MISSING.nan ? Number.isNaN(known) : missing === MISSING.zero && Math.abs(known) <= ZERO_THRESHOLD;
  const goesLeft = isMissing ? forest.defaultsLeft[node] === 1 : known <= (forest.thresholds[node] ?? 0);
  return goesLeft ? left : right;
}
