import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileModel } from '../../src/compile/compile-model.ts';
import type { CompiledModel } from '../../src/compile/compiled-model.ts';
import { openSavedModel } from '../../src/index.ts';
import { fixture, withFolder } from '../fixtures.ts';

const NEVER = new AbortController().signal;

/** Compiles all signatures of a fixture; what became of them, and the files. */
async function compile(...path: string[]): Promise<{ readonly compiled: CompiledModel; readonly files: readonly string[] }> {
  const model = await openSavedModel(fixture(...path));
  try {
    return await withFolder(async (folder) => {
      const compiled = await compileModel(model, folder, { names: [...model.signatures.signatures.keys()], signal: NEVER });
      return { compiled, files: readdirSync(folder).toSorted() };
    });
  } finally {
    await model.close();
  }
}

it('compiles a function that Keras exports under two names once, with its weights beside it', async () => {
  const { compiled, files } = await compile('keras_cnn', '1');
  expect(Object.keys(compiled).toSorted()).toEqual(['serve', 'serving_default']);
  expect(compiled['serve']).toBe(compiled['serving_default']);
  expect(files).toEqual(['0.onnx', 'weights.data']);
});

it('takes signatures for the same that have the same inputs, outputs and ops alone', async () => {
  const { compiled } = await compile('scalar_affine_tf2', '1');
  const graphs = Object.values(compiled).flatMap((each) => (each.kind === 'graph' ? [each.file] : []));
  expect(graphs.length).toBeGreaterThan(1);
  expect(new Set(graphs).size).toBe(graphs.length);
});
