import { allocateData, createTensor, type NumericData, type Tensor } from '@servable/core';
import { tableOfHandle } from '../../compile/tables/table-store.ts';
import { Uncovered } from '../../compile/uncovered.ts';
import { KeyTable } from '../example/key-table.ts';
import { type HostFamily, hostInput, hostOp } from '../host-op.ts';

/** Where a key of a query stands in a table; -1: nowhere. */
type FindKey = (query: Tensor, at: number) => number;

function finderOf(keys: Tensor | undefined): FindKey {
  if (keys === undefined) throw new TypeError('a lookup was planned without its table');
  if (keys.dtype === 'BYTES') {
    const table = new KeyTable(keys.data);
    return ({ data }, at) => {
      const key = data[at] as Uint8Array;
      return table.find(key, 0, key.length);
    };
  }
  const places = new Map(Array.from<bigint | number, [bigint | number, number]>(keys.data, (key, at) => [key, at]));
  return ({ data }, at) => places.get(data[at] as bigint | number) ?? -1;
}

/** Keys that are looked up between pauses. */
const STEP = 256;

const findKeys = hostOp<Record<string, never>>({
  plan: (call) => {
    const { keys, values } = call.findTable(tableOfHandle(hostInput(call, 0)));
    const [query, missing] = [hostInput(call, 1), hostInput(call, 2)];
    if (query.dtype !== keys.dtype || missing.dtype !== values.dtype) throw new Uncovered(`its table maps ${keys.dtype} to ${values.dtype}`);
    if (missing.shape?.length !== 0) throw new Uncovered('its table has several values for a key');
    return { attributes: {}, inputs: [keys, values, query, missing], outputs: [{ dtype: values.dtype, shape: query.shape }], keepsRows: true };
  },
  prepare: (_, [keys]) => {
    const find = finderOf(keys);
    return ([, values, query, missing]) => {
      if (values === undefined || query === undefined || missing === undefined) throw new TypeError('a lookup has four inputs');
      return lookUp(find, { values, query, missing });
    };
  },
});

function* lookUp(find: FindKey, { values, query, missing }: { readonly values: Tensor; readonly query: Tensor; readonly missing: Tensor }): Generator<undefined, readonly Tensor[]> {
  const data = allocateData(values.dtype, query.data.length);
  // Of all arrays at once: each of these is of the values' type.
  const [from, to] = [values.data, data] as unknown as [{ readonly [at: number]: number }, { [at: number]: number }];
  const other = (missing.data as NumericData)[0] as number;
  for (let at = 0; at < query.data.length; at++) {
    const place = find(query, at);
    to[at] = place === -1 ? other : (from[place] ?? other);
    if (at % STEP === STEP - 1) yield undefined;
  }
  return [createTensor(values.dtype, query.shape, data)];
}

const countKeys = hostOp<Record<string, never>>({
  plan: (call) => ({ attributes: {}, inputs: [call.findTable(tableOfHandle(hostInput(call, 0))).keys], outputs: [{ dtype: 'INT64', shape: [] }] }),
  prepare: () => ([keys]) => [createTensor('INT64', [], BigInt64Array.of(BigInt(keys?.data.length ?? 0)))],
});

/** Tables that the model fills while it is loaded. */
export const LOOKUPS: HostFamily = {
  title: 'Tables',
  ops: { LookupTableFind: findKeys, LookupTableFindV2: findKeys, LookupTableSize: countKeys, LookupTableSizeV2: countKeys },
};
