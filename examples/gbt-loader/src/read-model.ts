import { type Forest, MISSING } from './forest.ts';
import { type Objective, parseObjective } from './objective.ts';

/** A model as it is served. */
export interface GbtModel {
  readonly forest: Forest;
  readonly objective: Objective;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads what `booster.dump_model()` gives, as JSON. @throws Error that says what is wrong */
export function readModel(text: string): GbtModel {
  const dump = asObject(JSON.parse(text), 'it');
  const objective = parseObjective(String(dump['objective']));
  if (objective === undefined) throw new Error(`its objective '${String(dump['objective'])}' is not known`);
  const outputCount = asCount(dump['num_tree_per_iteration'], 'num_tree_per_iteration');
  const featureCount = asCount(dump['max_feature_idx'], 'max_feature_idx') + 1;
  const trees = dump['tree_info'];
  if (!Array.isArray(trees) || trees.length === 0 || outputCount === 0) throw new Error('it has no trees');
  const builder = new ForestBuilder(featureCount);
  const roots = trees.map((tree) => builder.add(asObject(asObject(tree, 'a tree')['tree_structure'], 'a tree')));
  const divisor = dump['average_output'] === true ? trees.length / outputCount : 1;
  return { objective, forest: { ...builder.build(), featureCount, outputCount, divisor, roots: Int32Array.from(roots) } };
}

type Nodes = Omit<Forest, 'featureCount' | 'outputCount' | 'divisor' | 'roots'>;

class ForestBuilder {
  readonly #featureCount: number;
  readonly #features: number[] = [];
  readonly #thresholds: number[] = [];
  readonly #lefts: number[] = [];
  readonly #rights: number[] = [];
  readonly #missing: number[] = [];
  readonly #defaultsLeft: number[] = [];
  readonly #categories = new Map<number, ReadonlySet<number>>();
  readonly #leaves: number[] = [];

  constructor(featureCount: number) {
    this.#featureCount = featureCount;
  }

  /** Adds a node with all below it. Returns its number; below zero for a leaf. */
  add(node: Json): number {
    if (!('split_feature' in node)) return this.#addLeaf(node);
    const feature = asCount(node['split_feature'], 'split_feature');
    if (feature >= this.#featureCount) throw new Error(`it splits feature ${feature}, and has ${this.#featureCount}`);
    const place = this.#features.push(feature) - 1;
    this.#thresholds.push(this.#thresholdOf(node, place));
    this.#missing.push(missingOf(node['missing_type']));
    this.#defaultsLeft.push(node['default_left'] === true ? 1 : 0);
    this.#lefts[place] = this.add(asObject(node['left_child'], 'left_child'));
    this.#rights[place] = this.add(asObject(node['right_child'], 'right_child'));
    return place;
  }

  build(): Nodes {
    return {
      features: Int32Array.from(this.#features),
      thresholds: Float64Array.from(this.#thresholds),
      lefts: Int32Array.from(this.#lefts),
      rights: Int32Array.from(this.#rights),
      missing: Uint8Array.from(this.#missing),
      defaultsLeft: Uint8Array.from(this.#defaultsLeft),
      categories: this.#categories,
      leaves: Float64Array.from(this.#leaves),
    };
  }

  #addLeaf(node: Json): number {
    if ('leaf_coeff' in node) throw new Error('it has linear trees, which are not known');
    return -this.#leaves.push(asNumber(node['leaf_value'], 'leaf_value'));
  }

  #thresholdOf(node: Json, place: number): number {
    const { threshold, decision_type: decision } = node;
    if (decision === '<=') return asNumber(threshold, 'threshold');
    if (decision !== '==' || typeof threshold !== 'string') throw new Error(`a split says '${String(decision)}' '${String(threshold)}', which is not known`);
    this.#categories.set(place, new Set(threshold.split('||').map((category) => asCount(Number(category), 'a category'))));
    return Number.NaN;
  }
}

function missingOf(type: unknown): number {
  if (type === 'None') return MISSING.none;
  if (type === 'Zero') return MISSING.zero;
  if (type === 'NaN') return MISSING.nan;
  throw new Error(`missing_type '${String(type)}' is not known`);
}

function asObject(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new Error(`${what} must be an object, got ${JSON.stringify(value)}`);
}

function asNumber(value: unknown, what: string): number {
  if (typeof value === 'number') return value;
  throw new Error(`${what} must be a number, got ${JSON.stringify(value)}`);
}

function asCount(value: unknown, what: string): number {
  if (Number.isInteger(value) && Number(value) >= 0) return Number(value);
  throw new Error(`${what} must be a whole number, got ${JSON.stringify(value)}`);
}
