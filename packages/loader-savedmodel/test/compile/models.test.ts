import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import savedModel from '../../src/index.ts';
import { checkModel } from './check-model.ts';

const cache = mkdtempSync(join(tmpdir(), 'servable-models-'));
const plugin = savedModel({ engine: 'onnx', threads: 1, compileCache: { directory: cache } });
afterAll(async () => {
  await plugin.close?.();
  rmSync(cache, { recursive: true, force: true });
});

/**
 * Models of the corpus that something is odd about, with TensorFlow's answers, written by
 * `python interop/compile_models/write.py packages/loader-savedmodel/test/compile/models --groups layers,ways,first --only NAMES`.
 * The interop suite makes hundreds.
 */
const MODELS = join(import.meta.dirname, 'models');

it.each(readdirSync(MODELS))('%s answers as TensorFlow does', async (name) => {
  const { cases, uncovered, wrong } = await checkModel(join(MODELS, name), plugin);
  expect(cases).toBeGreaterThan(0);
  expect({ uncovered, wrong }).toEqual({ uncovered: [], wrong: [] });
});
