import { join } from 'node:path';
import { readGraphFile } from '@servable/onnx-graph';
import { expect, it } from 'vitest';
import { compileModel } from '../../src/compile/compile-model.ts';
import { openSavedModel } from '../../src/index.ts';
import { fixture, withFolder } from '../fixtures.ts';

const NEVER = new AbortController().signal;

it('leaves no transpose between convolutions: one brings the picture in, one takes it out', async () => {
  await withFolder(async (folder) => {
    const model = await openSavedModel(fixture('keras2_cnn/1'));
    try {
      const compiled = await compileModel(model, folder, { names: ['serving_default'], signal: NEVER });
      const outcome = compiled['serving_default'];
      if (outcome?.kind !== 'graph') throw new Error('it is not compiled');
      const { graph } = await readGraphFile(join(folder, outcome.file ?? ''), NEVER);
      const operators = graph.nodes.map(({ operator }) => operator);
      const last = operators.lastIndexOf('Conv');
      expect(operators.filter((operator) => operator === 'Conv').length).toBeGreaterThan(1);
      expect(operators.slice(operators.indexOf('Conv'), last)).not.toContain('Transpose');
    } finally {
      await model.close();
    }
  });
});
