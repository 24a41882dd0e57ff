import type { NamedTensors, Servable } from '@servable/core';
import { fakeServable, fakeSignature } from '@servable/plugin-testing';
import { expect, it } from 'vitest';
import { probeSignatures } from '../../src/commands/probe-signatures.ts';

const { signal } = new AbortController();

/** Signatures `apart` and `mixed` of `x: FP32 [batch] → y: FP32 [batch]`, batched by rows, and `plain`, which is not. */
function servableOf(names: readonly string[], run: (values: Float32Array) => Float32Array): Servable {
  return fakeServable({
    signatures: new Map(names.map((name) => [name, fakeSignature({ batching: name === 'plain' ? 'none' : 'rows' })])),
    run: (_name, inputs) => {
      const x = inputs.get('x');
      if (x?.dtype !== 'FP32') throw new Error('x is missing');
      return Promise.resolve<NamedTensors>(new Map([['y', { ...x, data: run(x.data) }]]));
    },
  });
}

const minusMean = (values: Float32Array): Float32Array => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
};

it('names the signature that mixes rows, and the cure', async () => {
  const { fault } = await probeSignatures(servableOf(['mixed'], minusMean), signal);
  expect(fault).toMatch(/^signature 'mixed' is batched by rows, and answers joined requests otherwise .* output 'y' .* Set its batching to none$/);
});

it('finds nothing where rows are apart, or not joined', async () => {
  expect(await probeSignatures(servableOf(['apart'], (values) => values.map((value) => value * 2)), signal)).toEqual({ fault: undefined, notes: [] });
  expect(await probeSignatures(servableOf(['plain'], minusMean), signal)).toEqual({ fault: undefined, notes: [] });
});

it('notes that nothing could be tried', async () => {
  const refusing = servableOf(['apart'], () => {
    throw new Error('not these');
  });
  const { fault, notes } = await probeSignatures(refusing, signal);
  expect(fault).toBeUndefined();
  expect(notes).toEqual([expect.stringMatching(/'apart' .* was not tried, because made-up requests are refused: not these$/)]);
});
