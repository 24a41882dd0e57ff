/** Loads every fixture in this process, runs it once, and prints what it took at its peak beside its estimate. */
import { allocateData, createTensor, elementCount, type NamedTensors, type Servable } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import onnx from '../src/index.ts';
import { FIXTURES, type Golden, goldenTensors, readGoldens } from './golden.ts';

const never = new AbortController().signal;
const plugin = onnx({ engine: 'native' });

function statusBytes(key: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}

function anyInputs(servable: Servable): NamedTensors {
  const inputs = servable.signatures.get('serving_default')?.inputs ?? new Map();
  return new Map(
    Array.from(inputs, ([name, { dtype, shape = [] }]) => {
      const sizes = (shape as readonly (number | string)[]).map((size) => (typeof size === 'number' && size > 0 ? size : 1));
      return [name, createTensor(dtype, sizes, allocateData(dtype, elementCount(sizes)))];
    }),
  );
}

async function measure({ base_path: basePath, cases }: Golden, version: string) {
  const artifact = { path: join(FIXTURES, '..', basePath, version) };
  const loader = plugin.create(artifact, {}, testLoaderContext());
  const { ramBytes } = await loader.estimate(never);
  const before = statusBytes('VmRSS');
  writeFileSync('/proc/self/clear_refs', '5'); // VmHWM begins anew.
  const servable = await loader.load(never);
  const known = cases.find((each) => each.version === Number(version) && each.outputs !== undefined);
  await servable.run('serving_default', known === undefined ? anyInputs(servable) : goldenTensors(known.inputs), testRunContext());
  const peakBytes = statusBytes('VmHWM') - before;
  await loader.unload();
  return { model: `${basePath}/${version}`, peakBytes, ramBytes };
}

const models = readGoldens().flatMap((golden) => Object.keys(golden.versions).map((version) => [golden, version] as const));
const [first] = models;
// The first one pays for what all share: the library, threads, compiled code.
if (first !== undefined) for (let warmup = 0; warmup < 3; warmup++) await measure(...first);
const measured = [];
for (const model of models) measured.push(await measure(...model));
await plugin.close?.();
console.log(JSON.stringify(measured));
