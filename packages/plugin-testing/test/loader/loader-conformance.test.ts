import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messageOf } from '@servable/core';
import { loaderConformance, type LoaderConformanceOptions, type SampleRequest, testLoader } from '../../src/index.ts';
import { arithmeticLoader, type Fault } from './arithmetic-loader.ts';

const root = path.join(tmpdir(), `servable-loader-conformance-${process.pid}`);

beforeAll(async () => {
  await mkdir(path.join(root, 'good'), { recursive: true });
  await mkdir(path.join(root, 'cut-off'));
  await writeFile(path.join(root, 'good', 'arithmetic.json'), '{}');
  await writeFile(path.join(root, 'cut-off', 'arithmetic.json'), '{');
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** `y` and `z` worked out by hand. */
function sample(shape: number[], x: number[], y: number[], z: number[]): SampleRequest {
  const tensor = (values: number[]) => ({ dtype: 'FP32' as const, shape, data: Float32Array.from(values) });
  return { inputs: new Map([['x', tensor(x)]]), outputs: new Map([['y', tensor(y)], ['z', tensor(z)]]) };
}

const samples = [sample([1, 2], [2, 4], [3, 4], [6, 12]), sample([3, 2], [0, 1, -2, 8, 10, -4], [2, 2.5, 1, 6, 7, 0], [0, 3, -6, 24, 30, -12])];

/** A graph that mixes rows gives the answers that it gives; what is wrong is that it says `rows`. */
function optionsWith(fault?: Fault): LoaderConformanceOptions<'arithmetic'> {
  return {
    createPlugin: () => arithmeticLoader(fault),
    artifact: { path: path.join(root, 'good') },
    requests: samples,
    broken: [{ title: 'a cut-off arithmetic.json', artifact: { path: path.join(root, 'cut-off') } }],
    badRequests: [{ title: 'one axis', inputs: new Map([['x', { dtype: 'FP32', shape: [2], data: new Float32Array(2) }]]) }],
    rounds: 8,
    closeGraceMs: 100,
    ...(fault === 'mixes rows' ? { requests: samples.map((each) => ({ ...each, outputs: new Map() })) } : {}),
  };
}

testLoader({ describe, it, ...optionsWith() });

async function failuresOf(options: LoaderConformanceOptions<'arithmetic'>): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  for (const { title, run } of loaderConformance(options)) {
    await run().catch((error: unknown) => failures.set(title, messageOf(error)));
  }
  return failures;
}

const ANSWERS = ['answers sample request 1 as expected', 'answers sample request 2 as expected'];
const FILES = ['a path where nothing is is refused with its path', 'a cut-off arithmetic.json is refused with its path'];
const REFUSALS = ['an input of another dtype is refused', 'an input of another rank is refused', 'one axis is refused'];

const FAULTS: readonly (readonly [Fault, readonly string[], RegExp])[] = [
  ['create reads files', ['create opens nothing', ...FILES.slice(0, 1)], /-missing/],
  ['estimate is negative', ['estimate gives an amount of memory and opens nothing for good'], /whole number >= 0, got -1/],
  ['estimate keeps a file open', ['estimate gives an amount of memory and opens nothing for good', '8 loads and unloads leave nothing open', 'close leaves nothing of the plugin open'], /file descriptors: \d+ before, \d+ after/],
  ['estimate is far too low', ['the estimate covers what a loaded version takes'], /4 loaded copies take [12]\d\d\.\d MiB, their estimates add up to 0\.0 MiB/],
  ['answers otherwise once loaded again', ['a version that is loaded again answers as before'], /after an unload and another load, output 'y' differs/],
  ['load ignores an abort before', ['a load whose signal is aborted already rejects with its reason'], /must reject, but it succeeded/],
  ['load ignores an abort under way', ['a load aborted under way rejects with the reason of its signal'], /must reject, but it succeeded/],
  [
    'load wraps the abort reason',
    ['a load whose signal is aborted already rejects with its reason', 'a load aborted under way rejects with the reason of its signal', 'a load aborted at any moment can be unloaded'],
    /reason.*got Error: aborted/,
  ],
  [
    'unload fails after an aborted load',
    ['a load whose signal is aborted already rejects with its reason', 'a load aborted under way rejects with the reason of its signal', 'a load aborted at any moment can be unloaded'],
    /unload\(\) must work.*nothing to unload/,
  ],
  ['runs after unload', ['a run after unload rejects'], /must reject, but it succeeded/],
  ['unload ends every version', ['two loaded versions do not share their end'], /another loader's unload a run failed: The model is unloaded/],
  ['leaks a timer', ['8 loads and unloads leave nothing open', 'close leaves nothing of the plugin open'], /Timeout: \d+ before, \d+ after/],
  ['leaks a file', ['8 loads and unloads leave nothing open', 'close leaves nothing of the plugin open'], /file descriptors: \d+ before, \d+ after/],
  ['close forgets the shared timer', ['close leaves nothing of the plugin open'], /Timeout: \d+ before, \d+ after/],
  ['rows of a fixed size', ['a load gives valid signatures and an executor', 'a run computes the outputs that are asked for, no others', ...ANSWERS], /axis 0 of 'x' is 2|the signature says/],
  ['wrong answer', ANSWERS, /differs at value 0: got/],
  ['changes its inputs', ['a run only reads its inputs'], /belong to the caller/],
  ['reuses its output', ['an answer shares no memory with the next'], /outputs belong/],
  ['mixes concurrent runs', ['concurrent runs answer as one after the other'], /run beside 7 others/],
  ['ignores the output filter', ['a run computes the outputs that are asked for, no others'], /must have the outputs y, got y, z/],
  ['computes another output than asked for', ['a run computes the outputs that are asked for, no others'], /asked for alone, output 'y' differs/],
  ['run ignores the abort', ['a run whose signal is aborted rejects with its reason'], /must reject/],
  ['abort spoils the next run', ['a run aborted under way disturbs no other'], /after another run was aborted/],
  ['mixes rows', ['signatures batched by rows answer the same joined and alone'], /rows are mixed/],
  ['accepts any dtype', ['an input of another dtype is refused'], /must be refused, but it succeeded/],
  ['accepts any rank', ['an input of another rank is refused', 'one axis is refused'], /must be refused, but it succeeded/],
  ['refuses with a plain error', REFUSALS, /with a ServingError, got Error/],
  ['refuses with INTERNAL', REFUSALS, /with INVALID_ARGUMENT, got INTERNAL/],
  ['breaks after a refused run', REFUSALS, /The engine is broken/],
  ['error without the path', FILES, /must name the path/],
  ['broken files end in a plain error', FILES, /with a ServingError, got Error/],
  ['loads broken files', FILES.slice(1), /must be refused, but it succeeded/],
  ['detects everything', ['detect knows its own files and no others'], /false for an empty directory/],
  ['detects nothing', ['detect knows its own files and no others'], /true for the good version/],
  ['detect throws', ['detect knows its own files and no others'], /must never throw/],
  ['inspect says another signature', ['inspect says the same signatures as a load'], /inspect\(\) says\nother/],
];

describe('a wrong loader', () => {
  it.each(FAULTS)('that %s fails the cases about it', async (fault, titles, message) => {
    const failures = await failuresOf(optionsWith(fault));
    expect([...failures.keys()].toSorted()).toEqual([...titles].toSorted());
    for (const text of failures.values()) expect(text).toMatch(message);
  });
});
