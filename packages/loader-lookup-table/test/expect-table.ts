import type { Servable, Tensor } from '@servable/core';
import { expect } from 'vitest';
import { bucketOf } from '../src/run/shard.ts';
import { halfValue } from '../src/storage/half.ts';
import type { Cell, RandomTable } from './random-table.ts';
import { ask, int64s, strings, valuesOf } from './temporary-table.ts';

/** Asks for every key and for others, and expects what a Map of the rows says. */
export async function expectTable(servable: Servable, table: RandomTable): Promise<void> {
  const rowOf = new Map(table.keys.map((key, row) => [key, row]));
  const asked = [...table.others, ...table.keys.toReversed(), ...table.others.slice(0, 1), ...table.keys.slice(0, 1)];
  const outputs = await ask(servable, 'lookup', { keys: keysOf(table, asked) });
  expect(valuesOf(outputs.get('found'))).toEqual(asked.map((key) => Number(rowOf.has(key))));
  for (const { name, dtype, fallback, values } of table.columns) {
    const tensor = outputs.get(name);
    expect(tensor?.dtype, name).toBe(dtype);
    expect(cellsOf(tensor), name).toEqual(asked.map((key) => plain(values[rowOf.get(key) ?? -1] ?? fallback)));
  }
  await expectVectors(servable, table, { rowOf, asked });
}

interface Asked {
  readonly rowOf: ReadonlyMap<bigint | string, number>;
  readonly asked: readonly (bigint | string)[];
}

async function expectVectors(servable: Servable, table: RandomTable, { rowOf, asked }: Asked): Promise<void> {
  const { vectors, policy } = table;
  if (vectors === undefined) return;
  const isRefused = policy.missing === 'error' && asked.some((key) => !rowOf.has(key));
  if (isRefused) await expect(ask(servable, 'embed', { keys: keysOf(table, asked) })).rejects.toMatchObject({ code: 'SRV_TABLE_KEY_UNKNOWN' });
  const answered = isRefused ? asked.filter((key) => rowOf.has(key)) : asked;
  const [tensor] = (await ask(servable, 'embed', { keys: keysOf(table, answered) })).values();
  expect(tensor?.shape).toEqual([answered.length, vectors.dim]);
  expect(valuesOf(tensor)).toEqual(answered.flatMap((key) => vectors.values[rowOf.get(key) ?? -1] ?? missingVector(table, key)));
}

function missingVector({ policy, vectors, keys }: RandomTable, key: bigint | string): readonly number[] {
  if (policy.missing === 'default') return policy.default;
  const bytes = typeof key === 'bigint' ? key : new TextEncoder().encode(key);
  if (policy.missing === 'bucket') return vectors?.values[keys.length - policy.buckets + bucketOf(bytes, policy.buckets)] ?? [];
  return Array.from({ length: vectors?.dim ?? 0 }, () => 0);
}

function keysOf({ keyType }: RandomTable, keys: readonly (bigint | string)[]): Tensor {
  return keyType === 'INT64' ? int64s(...keys.map(BigInt)) : strings(...keys.map(String));
}

function cellsOf(tensor: Tensor | undefined): readonly unknown[] {
  return tensor?.dtype === 'FP16' ? Array.from(tensor.data, halfValue) : valuesOf(tensor);
}

function plain(cell: Exclude<Cell, null>): unknown {
  return typeof cell === 'boolean' ? Number(cell) : cell;
}

/** What `table.json` says of a random table. */
export function manifestOf(table: RandomTable, file: string): Record<string, unknown> {
  const columns = Object.fromEntries(table.columns.map(({ name, dtype, fallback }) => [name, { dtype, default: typeof fallback === 'bigint' ? String(fallback) : fallback }]));
  const embedding = table.vectors === undefined ? {} : { embedding: { column: 'vector', dtype: table.vectors.dtype, ...table.policy } };
  return { file, key: 'the key', keyType: table.keyType, columns, ...embedding };
}
