import { join } from 'node:path';
import { readGraphFile } from '@servable/onnx-graph';
import { expect, it } from 'vitest';
import { compileModel } from '../../src/compile/compile-model.ts';
import { openSavedModel } from '../../src/index.ts';
import { fixture, withFolder } from '../fixtures.ts';

const NEVER = new AbortController().signal;

/** Operators of what is written for `serving_default`, in order. */
function operatorsOf(path: string): Promise<readonly string[]> {
  return withFolder(async (folder) => {
    const model = await openSavedModel(fixture(path));
    try {
      const compiled = await compileModel(model, folder, { names: ['serving_default'], signal: NEVER });
      const outcome = compiled['serving_default'];
      if (outcome?.kind !== 'graph') throw new Error('it is not compiled');
      const { graph } = await readGraphFile(join(folder, outcome.file ?? ''), NEVER);
      return graph.nodes.map(({ operator }) => operator);
    } finally {
      await model.close();
    }
  });
}

it.each(['keras_cnn/1', 'keras2_cnn/1'])('leaves one transpose in a chain of convolutions, which brings the picture in: %s', async (path) => {
  const operators = await operatorsOf(path);
  expect(operators.filter((operator) => operator === 'Conv').length).toBeGreaterThan(1);
  expect(operators.filter((operator) => operator === 'Transpose')).toHaveLength(1);
  expect(operators[0]).toBe('Transpose');
  expect(operators).not.toContain('BatchNormalization');
  expect(operators).not.toContain('ReduceMean');
});

it('writes the layers of a transformer as what they are', async () => {
  const operators = await operatorsOf('keras_text_transformer/1');
  const count = (operator: string): number => operators.filter((each) => each === operator).length;
  expect({ layers: count('LayerNormalization'), gelus: count('Gelu'), roots: count('Sqrt'), errors: count('Erf') }).toEqual({ layers: 4, gelus: 3, roots: 0, errors: 0 });
});
