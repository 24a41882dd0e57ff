import type { NamedTensors, RunContext, Tensor, TensorSpec } from '@servable/core';
import type { Column } from '../storage/column.ts';
import { createSignature, isWanted, keysOf, type Operation } from './operation.ts';
import type { RowFinder } from './row-finder.ts';
import { allocateColumn, columnTensor, type TableView } from './table-view.ts';

/** The output that says which keys there are. */
export const FOUND = 'found';
const KEYS_PER_STEP = 512;

/** `lookup`: keys to the values of every column, and `found`. */
export function lookupOperation(view: TableView, finder: RowFinder): Operation {
  const { columns, keys } = view.table;
  const outputs: [string, TensorSpec][] = columns.map(({ name, dtype, shape }) => [name, { dtype, shape: [-1, ...shape] }]);
  return {
    signature: createSignature({
      inputs: { keys: { dtype: keys.dtype, shape: [-1] } },
      outputs: Object.fromEntries([...outputs, [FOUND, { dtype: 'BOOL', shape: [-1] }]]),
      batching: finder.refusesKeys ? 'none' : 'rows',
    }),
    run(inputs, context) {
      const wanted = [...columns.keys()].filter((index) => isWanted(context, columns[index]?.name ?? ''));
      return lookUp({ view, finder, wanted }, inputs, context);
    },
  };
}

interface Lookup {
  readonly view: TableView;
  readonly finder: RowFinder;
  /** Places of the columns that are asked for. */
  readonly wanted: readonly number[];
}

function lookUp({ view, finder, wanted }: Lookup, inputs: NamedTensors, context: RunContext): NamedTensors | Promise<NamedTensors> {
  const keys = keysOf(inputs, 'keys', view.table.keys.dtype);
  const total = keys.data.length;
  const found = new Uint8Array(total);
  const values = wanted.map((index) => ({ index, data: allocateColumn(columnAt(view, index), total) }));
  const work = (from: number, to: number): void => {
    const rows = finder.find(keys, from, to);
    for (let at = 0; at < rows.length; at += 1) found[from + at] = (rows[at] ?? -1) < 0 ? 0 : 1;
    for (const { index, data } of values) view.readColumn(index, rows, data, from);
  };
  const answer = (): NamedTensors => {
    const outputs = new Map<string, Tensor>(values.map(({ index, data }) => [columnAt(view, index).name, columnTensor(columnAt(view, index), total, data)]));
    return isWanted(context, FOUND) ? outputs.set(FOUND, { dtype: 'BOOL', shape: [total], data: found }) : outputs;
  };
  const later = view.turns.run({ total, step: KEYS_PER_STEP, work, signal: context.signal });
  return later === undefined ? answer() : later.then(answer);
}

function columnAt({ table }: TableView, index: number): Column {
  const column = table.columns[index];
  if (column === undefined) throw new RangeError(`no column ${index}`);
  return column;
}
