import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTensor, type NamedTensors, type Servable, type Tensor } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll, describe, expect, it } from 'vitest';
import savedModel from '../../src/index.ts';
import { fixture } from '../fixtures.ts';
import { caseInputs, differenceOf, type GoldenCase, goldenFiles } from './golden-cases.ts';

const cache = mkdtempSync(join(tmpdir(), 'servable-joined-'));
const plugin = savedModel({ engine: 'onnx', compileCache: { directory: cache } });
afterAll(async () => {
  await plugin.close?.();
  rmSync(cache, { recursive: true, force: true });
});

/** Models that parse examples, or work on strings: parts of them run outside of ONNX. */
const MODELS: ReadonlySet<string> = new Set(['multi_signature', 'pbtxt_model', 'scalar_affine_tf1', 'string_model']);
const files = goldenFiles().filter(({ base_path: path }) => MODELS.has(path));

describe.each(files)('$base_path', ({ base_path: model, cases }) => {
  const loads = new Map<number, Promise<Servable>>();
  const load = (version: number): Promise<Servable> => {
    const loading = loads.get(version) ?? plugin.create({ path: fixture(model, String(version)) }, {}, testLoaderContext()).load(new AbortController().signal);
    loads.set(version, loading);
    return loading;
  };
  const answered = cases.filter(({ error }) => error === undefined);
  const names = [...new Set(answered.map(({ version, signature }) => `${version} ${signature}`))];

  it.each(names)('answers requests of %s that are joined as it answers each alone', async (name) => {
    const [version = '1', signature = ''] = name.split(' ');
    const servable = await load(Number(version));
    if (servable.signatures.get(signature)?.batching !== 'rows') return;
    const requests = requestsOf(servable, answered.filter((each) => `${each.version} ${each.signature}` === name));
    const alone = await Promise.all(requests.map(async (inputs) => servable.run(signature, inputs, testRunContext())));
    const joined = await servable.run(signature, joinedInputs(requests), testRunContext());
    for (const [alias, tensor] of joined) {
      const parts = alone.map((outputs) => outputs.get(alias)).filter((part) => part !== undefined);
      expect(differenceOf(tensor, joinedTensor(parts), { rtol: 1e-6, atol: 1e-7 })).toBeUndefined();
    }
  });
});

/** Each twice: requests of different lengths, and one behind another of its own kind. */
function requestsOf(servable: Servable, cases: readonly GoldenCase[]): readonly NamedTensors[] {
  const requests = cases.map((each) => caseInputs(each, servable.signatures.get(each.signature)));
  const [first] = requests;
  const shapeOf = (inputs: NamedTensors | undefined): string => Array.from(inputs ?? [], ([alias, { shape }]) => `${alias} ${shape.slice(1)}`).join();
  const alike = requests.filter((inputs) => shapeOf(inputs) === shapeOf(first));
  return [...alike, ...alike.toReversed()];
}

function joinedInputs(requests: readonly NamedTensors[]): NamedTensors {
  const aliases = [...(requests[0]?.keys() ?? [])];
  return new Map(aliases.map((alias) => [alias, joinedTensor(requests.map((inputs) => inputs.get(alias)).filter((tensor) => tensor !== undefined))]));
}

function joinedTensor(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new Error('there is nothing to join');
  const shape = [parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0), ...first.shape.slice(1)];
  if (first.dtype === 'BYTES') return createTensor('BYTES', shape, parts.flatMap(({ data }) => [...(data as readonly Uint8Array[])]));
  const bytes = Buffer.concat(parts.map(({ data }) => Buffer.from((data as Float32Array).buffer, (data as Float32Array).byteOffset, (data as Float32Array).byteLength)));
  const array = first.data.constructor as Float32ArrayConstructor;
  return createTensor(first.dtype, shape, new array(Uint8Array.from(bytes).buffer));
}
