import { type NamedTensors, type Servable, ServingError, type Tensor } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { describe, expect, it } from 'vitest';
import lookupTable from '../src/index.ts';
import { ask, floats, int64s, strings, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

// Requests of 8,192 keys and more are answered in a thread: as smaller ones are, which other tests hold.

const tables = new TemporaryTables();
const ROWS = 50;
const KEYS = 20_000;
const rows = Array.from({ length: ROWS }, (_, row) => ({ name: row % 7 === 0 ? '' : `näme ${row}`, value: row / 4, vector: [row, 1 - row, 0.5] }));
const csv = (keyOf: (row: number) => string): string => ['key,name,value,v0,v1,v2', ...rows.map(({ name, value, vector }, row) => [keyOf(row), name, value, ...vector].join())].join('\n');
const manifest = { file: 't.csv', columns: { name: 'BYTES', value: 'FP32' }, embedding: { column: ['v0', 'v1', 'v2'] } };

/** Numbers of rows, and some beyond the last. */
const asked = Array.from({ length: KEYS }, (_, at) => (at * 7919) % (ROWS + 5));

describe.each([
  { dtype: 'INT64', text: csv((row) => String(row)), keysOf: (numbers: readonly number[]): Tensor => int64s(...numbers) },
  { dtype: 'BYTES', text: csv((row) => `k${row}`), keysOf: (numbers: readonly number[]): Tensor => strings(...numbers.map((row) => `k${row}`)) },
])('of $dtype keys', ({ text, keysOf }) => {
  const create = (more: object = {}): string => tables.create({ files: { 't.csv': text }, manifest: { ...manifest, ...more } });

  it('finds values and vectors of all of them', async () => {
    await withTable(create(), async (servable) => {
      const keys = keysOf(asked);
      const before = valuesOf(keys);
      const outputs = await ask(servable, 'lookup', { keys });
      expect(valuesOf(outputs.get('name'))).toEqual(asked.map((row) => rows[row]?.name ?? ''));
      expect(valuesOf(outputs.get('value'))).toEqual(asked.map((row) => rows[row]?.value ?? 0));
      expect(valuesOf(outputs.get('found'))).toEqual(asked.map((row) => Number(row < ROWS)));
      expect(valuesOf((await ask(servable, 'embed', { keys })).get('embedding'))).toEqual(asked.flatMap((row) => rows[row]?.vector ?? [0, 0, 0]));
      const pooled = await ask(servable, 'pool_sum', { keys, row_splits: int64s(0, KEYS), weights: floats([KEYS], asked.map((row) => row % 2)) });
      expect(valuesOf(pooled.get('embedding'))[1]).toBe(asked.reduce((sum, row) => sum + (row < ROWS ? (1 - row) * (row % 2) : 0), 0));
      // The request's memory is still the request's.
      expect(valuesOf(keys)).toEqual(before);
    });
  });

  it('gives only the outputs that are asked for', async () => {
    await withTable(create(), async (servable) => {
      const outputs = await servable.run('lookup', new Map([['keys', keysOf(asked)]]), testRunContext({ outputs: ['value'] }));
      expect([...outputs.keys()]).toEqual(['value']);
    });
  });

  it('is refused for a key as smaller requests are', async () => {
    await withTable(create({ embedding: { ...manifest.embedding, missing: 'error' } }), async (servable) => {
      const [small, large] = await Promise.all([[ROWS + 1], asked].map((numbers) => faultOf(ask(servable, 'embed', { keys: keysOf(numbers.filter((row) => row < ROWS || row === ROWS + 1)) }))));
      expect(large).toMatchObject({ code: 'SRV_TABLE_KEY_UNKNOWN', status: 'NOT_FOUND' });
      expect(large).toEqual(small);
    });
  });
});

async function faultOf(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    () => undefined,
    (error: unknown) => (ServingError.is(error) ? { code: error.code, status: error.status, args: error.args, message: error.message } : error),
  );
}

it('numbers tokens, and back', async () => {
  await withTable(tables.create({ files: { 'words.vocab': rows.map((_, row) => `w${row}\n`).join('') } }), async (servable) => {
    const { ids } = Object.fromEntries(await ask(servable, 'vocabulary', { tokens: strings(...asked.map((row) => `w${row}`)) }));
    expect(valuesOf(ids)).toEqual(asked.map((row) => BigInt(row < ROWS ? row : -1)));
    const { tokens } = Object.fromEntries(await ask(servable, 'tokens', { ids: int64s(...asked) }));
    expect(valuesOf(tokens)).toEqual(asked.map((row) => (row < ROWS ? `w${row}` : '[UNK]')));
  });
});

it('asks a delta too', async () => {
  tables.create({ version: 'delta/1', files: { 't.csv': csv((row) => String(row)) }, manifest });
  const over = tables.create({ version: 'delta/2', files: { 't.csv': 'key,name,value,v0,v1,v2\n3,new,9,1,1,1\n' }, manifest: { base: 1, file: 't.csv' } });
  await withTable(over, async (servable) => {
    expect(valuesOf((await ask(servable, 'lookup', { keys: int64s(...asked) })).get('value'))).toEqual(asked.map((row) => (row === 3 ? 9 : (rows[row]?.value ?? 0))));
  });
});

describe('what waits', () => {
  const large = (): NamedTensors => new Map([['keys', int64s(...asked)]]);
  const load = async (use: (servable: Servable, unload: () => Promise<void>) => Promise<void>): Promise<void> => {
    const loader = lookupTable().create({ path: tables.create({ files: { 't.csv': csv(String) }, manifest }) }, {}, testLoaderContext());
    try {
      await use(await loader.load(new AbortController().signal), () => loader.unload());
    } finally {
      await loader.unload();
    }
  };

  it('is over when it is not wanted any more, and others are answered', async () => {
    await load(async (servable) => {
      const controller = new AbortController();
      const gone = servable.run('lookup', large(), testRunContext({ signal: controller.signal }));
      const other = servable.run('lookup', large(), testRunContext());
      controller.abort(new Error('gone'));
      await expect(gone).rejects.toThrow('gone');
      expect((await other).get('found')?.shape).toEqual([KEYS]);
    });
  });

  it('is refused when the table is unloaded', async () => {
    await load(async (servable, unload) => {
      const waiting = expect(servable.run('lookup', large(), testRunContext())).rejects.toMatchObject({ code: 'SRV_TABLE_UNLOADED' });
      await unload();
      await waiting;
    });
  });
});
