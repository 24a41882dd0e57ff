import type { DType, Tensor } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';
import type { OpenSavedModel } from '../../model/open-saved-model.ts';
import type { FlatGraph, FlatNode } from '../flow/flat-graph.ts';
import { storedTensor } from '../ir/constant-data.ts';
import { Uncovered } from '../uncovered.ts';
import { constantAt, type Fill, fillsOf } from './table-fills.ts';
import { readTableFile } from './table-file.ts';

/** What a table holds: as many values as keys, each once. */
export interface KnownTable {
  readonly keys: StoredTensor;
  readonly values: StoredTensor;
}

/** Ops that make a table which is filled once, while the model is loaded. */
const TABLES: ReadonlySet<string> = new Set(['HashTable', 'HashTableV2']);

/** Whether a node makes a table: its output is only a name for it. */
export function isTable({ op }: Pick<FlatNode, 'op'>): boolean {
  return TABLES.has(op);
}

/** A handle, as an output of the node that makes the table. */
export function tableHandle(node: string): StoredTensor {
  return storedTensor('BYTES', [], [new TextEncoder().encode(node)]);
}

/** The node that a handle stands for. @throws Uncovered */
export function tableOfHandle({ constant }: { readonly constant?: StoredTensor | undefined }): string {
  const [name] = constant?.dtype === 'BYTES' ? (constant.read() as readonly Uint8Array[]) : [];
  if (name === undefined) throw new Uncovered('its table is only known at run time');
  return new TextDecoder().decode(name);
}

/** What a model's tables hold: those that its init op fills. Files are read when a graph asks for their tables. */
export class TableStore {
  readonly #fills: ReadonlyMap<string, Fill>;
  readonly #changed: ReadonlyMap<string, string>;
  readonly #read = new Map<string, KnownTable>();

  /** @param changed - tables that calls change, and by which op: what they hold is not known while compiling */
  constructor(model: Pick<OpenSavedModel, 'graph' | 'loadSteps' | 'assets'>, changed: ReadonlyMap<string, string>) {
    this.#fills = fillsOf(model);
    this.#changed = changed;
  }

  /** A table by the name of its node. @throws Uncovered */
  find(node: string): KnownTable {
    const changer = this.#changed.get(node);
    if (changer !== undefined) throw new Uncovered(`calls change what its table holds ('${changer}')`);
    const fill = this.#fills.get(node);
    if (fill === undefined) throw new Uncovered(`nothing that is covered fills its table '${node}'`);
    if (fill.kind === 'uncovered') throw new Uncovered(`its table '${node}' is filled by ${fill.reason}`);
    const known = this.#read.get(node);
    if (known !== undefined) return known;
    return fill.kind === 'file' ? emptyTable(fill.keyType, fill.valueType) : this.#keep(node, { keys: storedOf(constantAt(fill.keys)), values: storedOf(constantAt(fill.values)) });
  }

  /** Reads the files of the tables that a graph has. @throws ServingError for a file that does not hold what the table asks for */
  async load({ nodes }: FlatGraph, signal: AbortSignal): Promise<void> {
    for (const node of nodes.values()) {
      const fill = this.#fills.get(node.name);
      if (fill?.kind !== 'file' || this.#read.has(node.name)) continue;
      const { keys, values } = await readTableFile(fill, signal);
      this.#keep(node.name, { keys: storedOf(keys), values: storedOf(values) });
    }
  }

  #keep(node: string, table: KnownTable): KnownTable {
    this.#read.set(node, table);
    return table;
  }
}

function storedOf({ dtype, shape, data }: Tensor): StoredTensor {
  return storedTensor(dtype, shape, data);
}

/** What stands for a file that nobody has read. */
function emptyTable(keys: DType, values: DType): KnownTable {
  const empty = (dtype: DType): StoredTensor => storedTensor(dtype, [0], dtype === 'BYTES' ? [] : dtype === 'INT64' ? new BigInt64Array(0) : new Float32Array(0));
  return { keys: empty(keys), values: empty(values) };
}
