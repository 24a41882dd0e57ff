import { type Servable, ServingError } from '@servable/core';
import { testLoaderContext, testRunContext } from '@servable/plugin-testing';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import onnx from '../src/index.ts';
import { goldenTensors, readBroken, readGoldens, versionPath } from './golden.ts';
import { BFLOAT16, directoryWith, identityModel } from './onnx-builder.ts';

const plugin = onnx();
const cases = readBroken();
const signal = new AbortController().signal;
afterAll(() => plugin.close?.());

/** By folder: the code, and what the message must say beside the path. */
const EXPECTED: Readonly<Record<string, readonly [code: string, reason: RegExp]>> = {
  truncated: ['SRV_ONNX_MODEL_INVALID', /cut short/],
  garbage: ['SRV_ONNX_MODEL_INVALID', /at byte \d+/],
  empty_file: ['SRV_ONNX_MODEL_INVALID', /empty/],
  missing_file: ['SRV_ONNX_NO_MODEL_FILE', /no ONNX model.*model\.onnx/],
  unknown_op: ['SRV_ONNX_MODEL_UNSUPPORTED', /NoSuchOperator/],
  opset_from_the_future: ['SRV_ONNX_MODEL_UNSUPPORTED', /opset 999 of ai\.onnx.*opset \d+ or older/],
  ir_from_the_future: ['SRV_ONNX_MODEL_UNSUPPORTED', /IR version 999.*IR version \d+ or older/],
  missing_input: ['SRV_ONNX_MODEL_INVALID', /'nowhere'/],
  wrong_initializer_size: ['SRV_ONNX_MODEL_INVALID', /Dimension mismatch/],
  type_mismatch: ['SRV_ONNX_MODEL_INVALID', /int64/],
  missing_external_data: ['SRV_ONNX_EXTERNAL_DATA', /'c1'.*weights\.bin/],
  short_external_data: ['SRV_ONNX_EXTERNAL_DATA', /'c1'.*weights\.bin' has 100 bytes.*offset 0, length 32768/],
  external_data_outside: ['SRV_ONNX_EXTERNAL_DATA', /'c1'.*'\.\.\/\.\.\/\.\.\/mlp\/1\/model\.onnx' is not a path inside/],
  custom_domain: ['SRV_ONNX_MODEL_UNSUPPORTED', /com\.example\.custom:Gemm/],
};

function load(path: string): Promise<Servable> {
  return plugin.create({ path }, {}, testLoaderContext()).load(signal);
}

function folderOf(basePath: string): string {
  return basePath.slice(basePath.lastIndexOf('/') + 1);
}

it('knows every folder of the broken set', () => {
  const known = [...Object.keys(EXPECTED), 'other_name'];
  expect(known.sort()).toEqual(cases.map((each) => folderOf(each.base_path)).sort());
});

const refused = cases.filter((each) => folderOf(each.base_path) in EXPECTED);
it.each(refused)('$what: refused with path and reason while others go on serving', async ({ base_path, version }) => {
  const [code, reason] = EXPECTED[folderOf(base_path)] ?? ['', /^$/];
  const golden = readGoldens().find((each) => each.model === 'mlp');
  const inputs = goldenTensors(golden?.cases[0]?.inputs ?? {});
  const good = await load(versionPath('onnx/mlp', 1));
  const before = await good.run('serving_default', inputs, testRunContext());

  const path = versionPath(base_path, version);
  const [error, meanwhile] = await Promise.all([
    load(path).then(() => undefined, (caught: unknown) => caught),
    good.run('serving_default', inputs, testRunContext()),
  ]);
  expect(ServingError.is(error) && error.code).toBe(code);
  expect(String(error)).toContain(path);
  expect(String(error)).toMatch(reason);
  expect(meanwhile).toEqual(before);
});

it('serves the only .onnx file, whatever its name', async () => {
  const servable = await load(versionPath('onnx/broken/other_name', 1));
  expect([...(servable.signatures.get('serving_default')?.outputs.keys() ?? [])]).toEqual(['probabilities']);
});

describe('bfloat16', () => {
  const bfloats = { dtype: 'BF16', shape: [3], data: Uint16Array.of(0x3f80, 0x8000, 0x7f80) } as const;

  it('is passed by the native engine, bit by bit', async () => {
    const servable = await load(directoryWith({ 'model.onnx': identityModel(BFLOAT16) }));
    expect(servable.signatures.get('serving_default')?.outputs.get('y')).toMatchObject({ dtype: 'BF16', shape: ['n'] });
    expect(await servable.run('serving_default', new Map([['x', bfloats]]), testRunContext())).toEqual(new Map([['y', bfloats]]));
  });

  it('is refused by the worker engine, which names the other one', async () => {
    const worker = onnx({ engine: 'worker' });
    onTestFinished(() => worker.close?.());
    const loading = worker.create({ path: directoryWith({ 'model.onnx': identityModel(BFLOAT16) }) }, {}, testLoaderContext()).load(signal);
    await expect(loading).rejects.toMatchObject({ code: 'SRV_ONNX_NOTHING_TO_SERVE' });
    await expect(loading).rejects.toThrow(/input 'x': it is BF16.*native engine/);
  });
});
