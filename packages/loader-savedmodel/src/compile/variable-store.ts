import { allocateData, type DType, elementCount, type Tensor } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import type { RestoredValue } from '../model/restored-variables.ts';
import type { FlatGraph } from './flow/flat-graph.ts';
import type { TableStore } from './tables/table-store.ts';
import { Uncovered } from './uncovered.ts';

type Described = Pick<OpenSavedModel, 'restored' | 'variables'>;

/** What is known of a model's variables. */
export interface StoreParts {
  /** Variables that calls change, and by which op: what they hold is not known while compiling. */
  readonly changed: ReadonlyMap<string, string>;
  readonly observed: ReadonlySet<string>;
  /** Keys of the checkpoint by node, beside those that the restore op says. */
  readonly bound: ReadonlyMap<string, string>;
  readonly tables: TableStore;
}

/** What a model's variables hold. Their types and sizes are known at once, their values when they were read. */
export class VariableStore {
  /** Nodes that answers may depend on. */
  readonly observed: ReadonlySet<string>;
  readonly tables: TableStore;
  readonly #model: Described;
  readonly #valueOf: ReadonlyMap<string, RestoredValue>;
  readonly #stored = new Map<string, StoredTensor>();
  readonly #read = new Map<string, Tensor>();
  readonly #changed: ReadonlyMap<string, string>;

  constructor(model: Described, { changed, observed, bound, tables }: StoreParts) {
    this.#model = model;
    this.#changed = changed;
    this.observed = observed;
    this.tables = tables;
    const restored = model.restored.flatMap(({ node, values: [value] }) => (value === undefined ? [] : [[node, value] as const]));
    const others = Array.from(bound, ([node, checkpointKey]) => [node, { checkpointKey, slice: undefined }] as const);
    this.#valueOf = new Map([...restored, ...others]);
  }

  /** A variable by the name of its node; `undefined` when the checkpoint has no value for it. */
  find(node: string): StoredTensor | undefined {
    const changer = this.#changed.get(node);
    if (changer !== undefined) throw new Uncovered(`calls change what it holds ('${changer}')`);
    const known = this.#stored.get(node);
    if (known !== undefined) return known;
    const value = this.#valueOf.get(node);
    const entry = value === undefined ? undefined : this.#model.variables?.find(value.checkpointKey);
    if (value === undefined || entry?.dtype === undefined) return undefined;
    const shape = value.slice?.region.lengths ?? entry.shape;
    const stored: StoredTensor = { dtype: entry.dtype, shape, read: () => this.#read.get(node)?.data ?? placeholderOf(entry.dtype ?? 'FP32', shape) };
    this.#stored.set(node, stored);
    return stored;
  }

  /** Reads the variables that a graph has. @throws ServingError as `TensorBundle.readTensor` */
  async load({ nodes }: FlatGraph, signal: AbortSignal): Promise<void> {
    for (const name of nodes.keys()) {
      const value = this.#valueOf.get(name);
      if (value === undefined || this.#model.variables === undefined || this.#read.has(name)) continue;
      const { checkpointKey, slice } = value;
      this.#read.set(name, await this.#model.variables.readTensor(checkpointKey, { signal, ...(slice === undefined ? {} : { region: slice.region }) }));
    }
  }
}

/** What stands for values that nobody has read: only asked for to find out whether a graph can be compiled. */
function placeholderOf(dtype: DType, shape: readonly number[]): Tensor['data'] {
  return allocateData(dtype, elementCount(shape));
}
