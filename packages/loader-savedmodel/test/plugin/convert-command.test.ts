import { join } from 'node:path';
import { createNativeEngine } from '@servable/engine-onnxruntime';
import { afterAll, expect, it } from 'vitest';
import savedModel from '../../src/index.ts';
import { differenceOf, goldenFiles, goldenTensor, goldenTensors } from '../compile/golden-cases.ts';
import { fixture, withFolder } from '../fixtures.ts';

const engine = createNativeEngine({ threads: 1 });
afterAll(() => engine.close());
const NEVER = new AbortController().signal;

async function convert(...args: readonly string[]): Promise<{ readonly code: number | undefined; readonly text: string }> {
  const printed: string[] = [];
  const command = savedModel().commands?.find(({ name }) => name === 'convert');
  const code = await command?.run(args, { print: (text) => void printed.push(text) });
  return { code, text: printed.join('\n') };
}

it('writes an ONNX file that answers as TensorFlow does, under the names of the signature', async () => {
  const golden = goldenFiles().find(({ base_path: path }) => path === 'keras_mlp');
  const [first] = golden?.cases ?? [];
  if (golden === undefined || first === undefined) throw new Error('there is no golden of keras_mlp');
  await withFolder(async (folder) => {
    const out = join(folder, 'model.onnx');
    expect(await convert(fixture('keras_mlp', String(first.version)), out)).toMatchObject({ code: 0, text: expect.stringContaining("signature 'serving_default'") });
    const session = await engine.createSession(out, {}, NEVER);
    const outputs = await session.run(goldenTensors(first.inputs), Object.keys(first.outputs ?? {}), NEVER);
    for (const [name, tensor] of Object.entries(first.outputs ?? {})) expect(differenceOf(outputs.get(name), goldenTensor(tensor), golden.tolerance)).toBeUndefined();
    await session.close();
  });
});

it('names the node, the op and the cure of what it cannot compile', async () => {
  await withFolder(async (folder) => {
    const { code, text } = await convert(fixture('keras_text_rnn/1'), join(folder, 'model.onnx'));
    expect(code).toBe(1);
    expect(text).toMatch(/^Signature 'serving_default' cannot be compiled to ONNX: .*While \('.+'.*\).* Serve the model with engine 'tensorflow'$/);
  });
});

it('says that what runs partly outside of ONNX is no single file', async () => {
  const { code, text } = await convert(fixture('scalar_affine_tf1/1'), 'out.onnx', '--signature', 'classify');
  expect({ code, text }).toEqual({ code: 1, text: expect.stringMatching(/^Signature 'classify' cannot be one ONNX file: ONNX has no operator for ParseExample\. Serve the SavedModel itself/) });
});

it('says what it was not told', async () => {
  expect(await convert('only-one')).toMatchObject({ code: 2, text: expect.stringContaining('Usage: servable convert') });
  expect(await convert('--nothing')).toMatchObject({ code: 2, text: expect.stringContaining("Unknown option '--nothing'") });
  expect(await convert('--help')).toMatchObject({ code: 0 });
  expect(await convert(fixture('keras_mlp/1'), 'out.onnx', '--signature', 'none')).toMatchObject({ code: 1, text: expect.stringContaining("no signature 'none'") });
});
