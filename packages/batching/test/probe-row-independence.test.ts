import { type DType, type NamedTensors, type Servable, type Signature, type Tensor, type TensorSpec } from '@servable/core';
import { fakeServable, fakeSignature } from '@servable/plugin-testing';
import { expect, it } from 'vitest';
import { probeRowIndependence, type RowProbe } from '../src/index.ts';

type Answer = (x: Tensor) => Tensor;

function servableOf(answer: Answer, spec: Partial<TensorSpec> = {}): Servable {
  const inputs = new Map([['x', { dtype: 'FP32' as DType, shape: ['batch', 3], ...spec }]]);
  const signature: Signature = fakeSignature({ inputs });
  return fakeServable({
    signatures: new Map([['serving_default', signature]]),
    run: (_name, given) => {
      const x = given.get('x');
      if (x === undefined) throw new Error('x is missing');
      return Promise.resolve<NamedTensors>(new Map([['y', answer(x)]]));
    },
  });
}

const signal = new AbortController().signal;
const probe = (servable: Servable): Promise<RowProbe> => probeRowIndependence(servable, 'serving_default', { signal });

function floats(x: Tensor): Float32Array {
  if (x.dtype !== 'FP32') throw new Error(`x is ${x.dtype}`);
  return x.data;
}

it('agrees where each row is answered by itself', async () => {
  const double = servableOf((x) => ({ dtype: 'FP32', shape: x.shape, data: floats(x).map((value) => value * 2) }));
  expect(await probe(double)).toEqual({ outcome: 'agree', detail: '' });
});

it('catches the mean of the batch', async () => {
  const centred = servableOf((x) => {
    const mean = floats(x).reduce((sum, value) => sum + value, 0) / floats(x).length;
    return { dtype: 'FP32', shape: x.shape, data: floats(x).map((value) => value - mean) };
  });
  expect(await probe(centred)).toMatchObject({ outcome: 'mixed', detail: expect.stringMatching(/^output 'y' is .* joined, and .* alone/) });
});

it('catches an answer that counts rows', async () => {
  const count = servableOf((x) => ({ dtype: 'FP32', shape: [x.shape[0] ?? 0], data: Float32Array.from({ length: x.shape[0] ?? 0 }, () => x.shape[0] ?? 0) }));
  expect(await probe(count)).toMatchObject({ outcome: 'mixed' });
});

it('catches an answer with another number of rows', async () => {
  const first = servableOf((x) => ({ dtype: 'FP32', shape: [1, 3], data: floats(x).slice(0, 3) }));
  expect(await probe(first)).toMatchObject({ outcome: 'mixed', detail: expect.stringContaining('0th dimension') });
});

it('catches rows that are as wide as the longest text', async () => {
  const wide = servableOf(
    (x) => {
      if (x.dtype !== 'BYTES') throw new Error(`x is ${x.dtype}`);
      const longest = Math.max(...x.data.map((text) => text.length));
      return { dtype: 'FP32', shape: [x.data.length, longest], data: new Float32Array(x.data.length * longest) };
    },
    { dtype: 'BYTES', shape: [-1] },
  );
  expect(await probe(wide)).toMatchObject({ outcome: 'mixed' });
});

it('tries sizes until the servable takes one', async () => {
  const picky = servableOf(
    (x) => {
      if (x.shape[1] !== 16) throw new Error('16 features are needed');
      return { dtype: 'FP32', shape: x.shape, data: floats(x) };
    },
    { shape: ['batch', 'features'] },
  );
  expect(await probe(picky)).toEqual({ outcome: 'agree', detail: '' });
});

it('says why every request was refused', async () => {
  const closed = servableOf(() => {
    throw new Error('never');
  });
  expect(await probe(closed)).toEqual({ outcome: 'refused', detail: 'never' });
});

it('says that joined requests fail', async () => {
  const single = servableOf((x) => {
    if ((x.shape[0] ?? 0) > 3) throw new Error('too many rows');
    return { dtype: 'FP32', shape: x.shape, data: floats(x) };
  });
  expect(await probe(single)).toMatchObject({ outcome: 'mixed', detail: expect.stringContaining('joined requests fail: too many rows') });
});

it.each([['INT64', BigInt64Array], ['FP16', Uint16Array], ['BF16', Uint16Array], ['BOOL', Uint8Array]] as const)('makes %s', async (dtype, array) => {
  const echo = servableOf(
    (x) => {
      if (!(x.data instanceof array)) throw new Error('another array');
      return x;
    },
    { dtype },
  );
  expect(await probe(echo)).toEqual({ outcome: 'agree', detail: '' });
});

it('ends when it is no longer wanted', async () => {
  const aborted = AbortSignal.abort(new Error('enough'));
  const echo = servableOf((x) => x);
  await expect(probeRowIndependence(echo, 'serving_default', { signal: aborted })).rejects.toThrow('enough');
});
