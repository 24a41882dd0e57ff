import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import onnx from '@servable/loader-onnx';
import { AttributeProto_AttributeType, ModelProtoSchema, type NodeProtoSchema } from '@servable/protos/onnx';
import fs from '@servable/source-fs';
import { expect, it } from 'vitest';
import { defineConfig } from '../../src/config/define-config.ts';
import { temporaryProject } from '../temporary-project.ts';
import { servable } from './spawn-servable.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PLUGINS = ['loader-onnx', 'source-fs'];

/** A project as `npm install` leaves it, with fixture models under `models`. */
async function projectWith(models: Readonly<Record<string, string>>): Promise<string> {
  const dependencies = Object.fromEntries(PLUGINS.map((name) => [`@servable/${name}`, '*']));
  const cwd = await temporaryProject({ 'package.json': JSON.stringify({ dependencies }), 'models/': '', 'node_modules/@servable/': '' });
  for (const name of PLUGINS) await symlink(join(ROOT, 'packages', name), join(cwd, 'node_modules/@servable', name));
  for (const [name, path] of Object.entries(models)) await symlink(join(ROOT, 'fixtures/onnx', path), join(cwd, 'models', name));
  return cwd;
}

interface Golden {
  readonly cases: readonly {
    readonly name: string;
    readonly version: number;
    readonly inputs: Readonly<Record<string, { readonly shape: readonly [number, number]; readonly values: readonly number[] }>>;
    readonly outputs: Readonly<Record<string, { readonly values: readonly number[] }>>;
  }[];
}

it('serves a folder of real models without a config, with the answers of the real framework', async () => {
  const golden: Golden = JSON.parse(await readFile(join(ROOT, 'fixtures/onnx/goldens/mlp.json'), 'utf8'));
  const sample = golden.cases.find(({ version }) => version === 2);
  const features = sample?.inputs['features'];
  const [rows, width] = features?.shape ?? [0, 0];
  const instances = Array.from({ length: rows }, (_, row) => features?.values.slice(row * width, (row + 1) * width));
  expect(rows).toBeGreaterThan(0);

  const child = servable(await projectWith({ perceptron: 'mlp' }), ['serve', './models', '--rest-port=0', '--grpc-port=0']);
  await child.until('Try it');
  const address = /REST {2}(\S+)/.exec(child.out())?.[1] ?? 'none';
  const response = await fetch(`${address}/v1/models/perceptron:predict`, { method: 'POST', body: JSON.stringify({ instances }) });
  const { predictions } = (await response.json()) as { predictions: { probabilities: number[]; label: number }[] };
  const expected = sample?.outputs['probabilities']?.values ?? [];
  const got = predictions.flatMap(({ probabilities }) => probabilities);
  expect(got).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(got[index]).toBeCloseTo(value, 5);
  expect(predictions.map(({ label }) => label)).toEqual(sample?.outputs['label']?.values);
  child.process.kill('SIGTERM');
  expect((await child.ended).code).toBe(0);
}, 40_000);

it('checks real models, good and broken, and tells them apart', async () => {
  const cwd = await projectWith({ good: 'mlp', truncated: 'broken/truncated', garbage: 'broken/garbage' });
  const { code, out } = await servable(cwd, ['check', 'models', '--json']).ended;
  expect(code).toBe(1);
  const { models } = JSON.parse(out) as { models: { model: string; fault?: string }[] };
  expect(models.map(({ model, fault }) => [model, fault !== undefined])).toEqual([['garbage', true], ['good', false], ['truncated', true]]);
}, 40_000);

/** `y = x − mean(x, axis 0)`, and a `servable.json` that says its rows may be joined. */
async function mixingModel(cwd: string): Promise<void> {
  const shape = { dim: [{ value: { case: 'dimParam' as const, value: 'n' } }, { value: { case: 'dimValue' as const, value: 3n } }] };
  const tensor = (name: string) => ({ name, type: { value: { case: 'tensorType' as const, value: { elemType: 1, shape } } } });
  const node: MessageInitShape<typeof NodeProtoSchema>[] = [
    { name: 'centre', opType: 'ReduceMean', input: ['x'], output: ['m'], attribute: [{ name: 'axes', type: AttributeProto_AttributeType.INTS, ints: [0n] }] },
    { name: 'shift', opType: 'Sub', input: ['x', 'm'], output: ['y'] },
  ];
  const graph = { name: 'graph', node, input: [tensor('x')], output: [tensor('y')] };
  const model = create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }], graph });
  await mkdir(join(cwd, 'models/mixing/1'), { recursive: true });
  await writeFile(join(cwd, 'models/mixing/1/model.onnx'), toBinary(ModelProtoSchema, model));
  await writeFile(join(cwd, 'models/mixing/1/servable.json'), JSON.stringify({ signatures: { serving_default: { batching: 'rows' } } }));
}

it('finds that a model mixes rows that its servable.json says to be apart', async () => {
  const cwd = await projectWith({ good: 'mlp' });
  await mixingModel(cwd);
  const checked = await servable(cwd, ['check', 'models', '--json']).ended;
  const { models } = JSON.parse(checked.out) as { models: { model: string; fault?: string; notes: string[] }[] };
  expect(checked.code).toBe(1);
  const mixing = models.find(({ model }) => model === 'mixing');
  expect(mixing?.fault).toMatch(/signature 'serving_default' is batched by rows, and answers joined requests otherwise than each alone: output 'y' is /);
  expect(mixing?.notes).toEqual([expect.stringMatching(/not proven: node 'centre' \(ReduceMean\): it works along axis 0, which is the batch$/)]);
  expect(models.find(({ model }) => model === 'good')).not.toHaveProperty('fault', expect.any(String));
}, 40_000);

it('tells a version that is still being copied from one that is not there', async () => {
  const cwd = await projectWith({});
  await mkdir(join(cwd, 'models/copied/2'), { recursive: true });
  await writeFile(join(cwd, 'serving.config.json'), JSON.stringify({ models: [{ name: 'copied', path: 'models/copied' }] }));
  const checked = await servable(cwd, ['check']).ended;
  expect(checked.code).toBe(1);
  expect(checked.out).toContain('Fault: copied/2: version 2 is still being written, or has no files: run this again when copying has ended\n');
  const inspected = await servable(cwd, ['inspect', 'copied']).ended;
  expect(inspected.code).not.toBe(0);
  expect(inspected.err).toContain("'copied': version 2 is still being written, or has no files");
}, 40_000);

it('types the real plugins', () => {
  const config = defineConfig({
    plugins: [fs(), onnx()],
    models: [
      { name: 'a', path: 'a', platform: 'onnx', options: { replicas: 2 } },
      // @ts-expect-error: the loader has no such option
      { name: 'b', path: 'b', platform: 'onnx', options: { replica: 2 } },
      { name: 'c', path: 'c' },
    ],
  });
  expect(config.plugins?.map((plugin) => (typeof plugin === 'object' && 'kind' in plugin ? plugin.kind : plugin))).toEqual(['source', 'loader']);
});
