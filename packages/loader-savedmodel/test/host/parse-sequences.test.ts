import { create, toBinary } from '@bufbuild/protobuf';
import { createTensor, type Tensor } from '@servable/core';
import { SequenceExampleSchema } from '@servable/protos/tensorflow';
import { expect, it } from 'vitest';
import { RefusedRun } from '../../src/compile/refused-run.ts';
import { inTurns } from '../../src/engines/plan/in-turns.ts';
import { prepareHost } from '../../src/host/host-table.ts';
import { mutated, randomOf } from '../random-bytes.ts';

const NEVER = new AbortController().signal;
const NONE = createTensor('BYTES', [0], []);
const WORK = prepareHost(
  'ParseSequenceExampleV2',
  {
    context: { sparse: [{ key: 'id', dtype: 'INT64' }], dense: [], ragged: [] },
    lists: { sparse: [{ key: 'words', dtype: 'BYTES' }], dense: [{ key: 'pairs', dtype: 'FP32', shape: [2] }], ragged: [{ key: 'counts', dtype: 'INT64', splits: 'INT64' }] },
    mayMiss: [true],
  },
  [],
);

function run(examples: readonly Uint8Array[]): readonly Tensor[] | Promise<readonly Tensor[]> {
  if (WORK === undefined) throw new Error('there is no such op');
  return inTurns(WORK([createTensor('BYTES', [examples.length], examples), ...Array.from({ length: 8 }, () => NONE)]), NEVER);
}

const int64s = (...value: readonly bigint[]) => ({ kind: { case: 'int64List' as const, value: { value: [...value] } } });
const floats = (...value: readonly number[]) => ({ kind: { case: 'floatList' as const, value: { value: [...value] } } });
const words = (...value: readonly string[]) => ({ kind: { case: 'bytesList' as const, value: { value: value.map((word) => new TextEncoder().encode(word)) } } });
const WHOLE = toBinary(
  SequenceExampleSchema,
  create(SequenceExampleSchema, {
    context: { feature: { id: int64s(7n, -8n) } },
    featureLists: { featureList: { words: { feature: [words('a', 'bb'), words(), words('c')] }, pairs: { feature: [floats(1, 2), floats(3, 4)] }, counts: { feature: [int64s(1n), int64s(2n, 3n)] } } },
  }),
);

const numbers = (tensor: Tensor | undefined): readonly unknown[] => Array.from(tensor?.data as Iterable<unknown>, (each) => (typeof each === 'bigint' ? Number(each) : each));

it('gives what the messages hold', async () => {
  const outputs = await run([WHOLE, new Uint8Array(0), WHOLE]);
  const [ids, values, idShape, wordPlaces, texts, wordShape, pairs, lengths, counts, outer, inner] = outputs;
  expect([numbers(ids), numbers(values), numbers(idShape)]).toEqual([[0, 0, 0, 1, 2, 0, 2, 1], [7, -8, 7, -8], [3, 2]]);
  expect(texts?.data).toEqual('a bb c a bb c'.split(' ').map((word) => new TextEncoder().encode(word)));
  expect([numbers(wordPlaces), numbers(wordShape)]).toEqual([[0, 0, 0, 0, 0, 1, 0, 2, 0, 2, 0, 0, 2, 0, 1, 2, 2, 0], [3, 3, 2]]);
  expect([pairs?.shape, numbers(pairs), numbers(lengths)]).toEqual([[3, 2, 2], [1, 2, 3, 4, 0, 0, 0, 0, 1, 2, 3, 4], [2, 0, 2]]);
  expect([numbers(counts), numbers(outer), numbers(inner)]).toEqual([[1, 2, 3, 1, 2, 3], [0, 2, 2, 4], [0, 1, 3, 4, 6]]);
});

it('refuses damaged examples or gives no more than they can hold', async () => {
  const random = randomOf(20260726);
  let refused = 0;
  for (let round = 0; round < 3000; round++) {
    const bytes = mutated(random(4) === 0 ? mutated(WHOLE, random) : WHOLE, random);
    try {
      const outputs = await run([bytes, WHOLE]);
      for (const { data } of outputs) expect(data.length).toBeLessThanOrEqual(6 * (bytes.length + WHOLE.length));
    } catch (error) {
      expect(error).toBeInstanceOf(RefusedRun);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(300);
  expect(refused).toBeLessThan(2700);
});
