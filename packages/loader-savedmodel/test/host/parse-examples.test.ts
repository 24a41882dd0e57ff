import { setImmediate } from 'node:timers/promises';
import { create, toBinary } from '@bufbuild/protobuf';
import { createTensor, type Tensor } from '@servable/core';
import { ExampleSchema } from '@servable/protos/tensorflow';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { RefusedRun } from '../../src/compile/refused-run.ts';
import { inTurns } from '../../src/engines/plan/in-turns.ts';
import type { HostAttributes } from '../../src/host/host-op.ts';
import { prepareHost } from '../../src/host/host-table.ts';
import type { ExampleSpec } from '../../src/host/example/example-spec.ts';
import { mutated, randomOf } from '../random-bytes.ts';

const NEVER = new AbortController().signal;
const NONE = createTensor('BYTES', [0], []);
const FLOATS = [0, -0, 1.5, -3.25, Number.POSITIVE_INFINITY, Number.NaN, Math.fround(0.1)];

type Kind = 'floatList' | 'int64List' | 'bytesList';
interface Feature {
  readonly case: Kind;
  readonly value: readonly (number | bigint | Uint8Array)[];
}

const feature: fc.Arbitrary<Feature> = fc.oneof(
  fc.record({ case: fc.constant<Kind>('floatList'), value: fc.array(fc.constantFrom(...FLOATS), { maxLength: 20 }) }),
  fc.record({ case: fc.constant<Kind>('int64List'), value: fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 8 }) }),
  fc.record({ case: fc.constant<Kind>('bytesList'), value: fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }) }),
);
/** Of each key one kind of values, as models have it. */
const KINDS: Readonly<Record<string, Kind>> = { f: 'floatList', i: 'int64List', b: 'bytesList' };
const example = fc.dictionary(fc.constantFrom('f', 'i', 'b', 'other'), feature).map((all) => Object.fromEntries(Object.entries(all).filter(([key, each]) => KINDS[key] === undefined || KINDS[key] === each.case)));

function serialized(features: Readonly<Record<string, Feature>>): Uint8Array {
  const written = Object.entries(features).map(([key, each]) => [key, { kind: { case: each.case, value: { value: each.value } } }] as const);
  return toBinary(ExampleSchema, create(ExampleSchema, { features: { feature: Object.fromEntries(written) } } as never));
}

const SPARSE: ExampleSpec = {
  sparse: [{ key: 'f', dtype: 'FP32' }, { key: 'i', dtype: 'INT64' }],
  dense: [{ key: 'd', dtype: 'INT64', shape: [-1] }],
  ragged: [{ key: 'b', dtype: 'BYTES', splits: 'INT32' }],
};

function run(spec: ExampleSpec, examples: readonly Uint8Array[], defaults: readonly Tensor[]): readonly Tensor[] | Promise<readonly Tensor[]> {
  const work = prepareHost('ParseExampleV2', { spec, defaultsAt: 5, hasNames: true } as unknown as HostAttributes, []);
  if (work === undefined) throw new Error('there is no such op');
  return inTurns(work([createTensor('BYTES', [examples.length], examples), NONE, NONE, NONE, NONE, ...defaults]), NEVER);
}

const ZERO = createTensor('INT64', [], BigInt64Array.of(0n));

function valuesOf(rows: readonly Readonly<Record<string, Feature>>[], key: string): readonly unknown[][] {
  return rows.map((row) => [...(row[key]?.value ?? [])]);
}

it('gives what the messages hold', async () => {
  const property = fc.asyncProperty(fc.array(example, { maxLength: 12 }), async (rows) => {
    const outputs = await run(SPARSE, rows.map(serialized), [ZERO]);
    const [floatPlaces, integerPlaces, floats, integers, floatShape, , , texts, splits] = outputs;
    for (const [key, places, values] of [['f', floatPlaces, floats], ['i', integerPlaces, integers]] as const) {
      const expected = valuesOf(rows, key);
      expect(Array.from(values?.data as Iterable<unknown>)).toEqual(expected.flat());
      expect(Array.from(places?.data as Iterable<unknown>, Number)).toEqual(expected.flatMap((row, at) => row.flatMap((_, place) => [at, place])));
    }
    expect(Array.from(floatShape?.data as Iterable<unknown>, Number)).toEqual([rows.length, Math.max(0, ...valuesOf(rows, 'f').map(({ length }) => length))]);
    expect(texts?.data).toEqual(valuesOf(rows, 'b').flat());
    const ends = valuesOf(rows, 'b').map((_, at, all) => all.slice(0, at + 1).flat().length);
    expect(Array.from(splits?.data as Iterable<unknown>)).toEqual([0, ...ends]);
  });
  await fc.assert(property, { numRuns: 200 });
});

it('refuses damaged examples or gives no more than they can hold', async () => {
  const random = randomOf(20260725);
  const whole = serialized({ f: { case: 'floatList', value: FLOATS }, i: { case: 'int64List', value: [1n, -5n, 2n ** 40n] }, b: { case: 'bytesList', value: [new Uint8Array(30), new Uint8Array(0)] }, d: { case: 'int64List', value: [1n, 2n] } });
  let refused = 0;
  for (let round = 0; round < 4000; round++) {
    const bytes = mutated(random(4) === 0 ? mutated(whole, random) : whole, random);
    try {
      const outputs = await run(SPARSE, [bytes, whole], [ZERO]);
      for (const { data } of outputs) expect(data.length).toBeLessThanOrEqual(4 * (bytes.length + whole.length));
    } catch (error) {
      expect(error).toBeInstanceOf(RefusedRun);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(400);
  expect(refused).toBeLessThan(3600);
});

it.each([['f', 0x12], ['i', 0x1a], ['b', 0x0a]])('takes no memory for a length that is not there: %s', async (key, tag) => {
  const list = [tag, 6, 0x0a, 0xff, 0xff, 0xff, 0xff, 0x07];
  const entry = [0x0a, 1, key.charCodeAt(0), 0x12, list.length, ...list];
  const bytes = Uint8Array.from([0x0a, entry.length + 2, 0x0a, entry.length, ...entry]);
  const parsed = Promise.resolve().then(() => run(SPARSE, [bytes], [ZERO]));
  // TensorFlow reads packed integers up to where the list ends, and refuses the others.
  if (key === 'i') expect((await parsed)[3]?.data).toHaveLength(0);
  else await expect(parsed).rejects.toThrow(`Name: <unknown>, Key: ${key}, Index: 0.  Can't parse serialized Example.`);
});

it('lets others have their turn during a large batch', async () => {
  const bytes = serialized({ f: { case: 'floatList', value: FLOATS }, b: { case: 'bytesList', value: [new Uint8Array(10)] } });
  const result = run(SPARSE, Array.from({ length: 30_000 }, () => bytes), [ZERO]);
  expect(result).toBeInstanceOf(Promise);
  const first = await Promise.race([Promise.resolve(result).then(() => 'parsed'), setImmediate('another turn')]);
  expect(first).toBe('another turn');
  expect((await result)[2]?.data).toHaveLength(30_000 * FLOATS.length);
});

it('says that padding would take more than a tensor can have', async () => {
  const many = serialized({ d: { case: 'int64List', value: Array.from({ length: 60_000 }, () => 1n) } });
  const few = serialized({ d: { case: 'int64List', value: [1n] } });
  await expect(async () => run(SPARSE, [many, ...Array.from({ length: 5000 }, () => few)], [ZERO])).rejects.toThrow(/^Parsed examples would take 2400480000 bytes/);
});
