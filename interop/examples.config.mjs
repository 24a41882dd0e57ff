/**
 * Models for Classify, Regress and MultiInference: ONNX models with names that fit, and the SavedModels of the goldens: with the libtensorflow that
 * `SERVABLE_INTEROP_TENSORFLOW` names, or else compiled, without TensorFlow.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import onnx from '@servable/loader-onnx';
import savedModel from '@servable/loader-savedmodel';
import { defineConfig } from '@servable/server';
import fs from '@servable/source-fs';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));
const folder = fileURLToPath(new URL('../.interop/example-models/', import.meta.url));
const tensorflow = process.env.SERVABLE_INTEROP_TENSORFLOW;

const SIGNATURES = {
  sklearn_nozipmap: { version: 1, signatures: { serving_default: { method: 'classify', outputs: { scores: 'probabilities' } } } },
  sklearn_trees: { version: 2, signatures: { serving_default: { method: 'regress', outputs: { outputs: 'variable' } } } },
  strings: { version: 1, signatures: { serving_default: { method: 'classify', outputs: { classes: 'words' } }, predict: { method: 'predict' } } },
};

const onnxModels = Object.entries(SIGNATURES).map(([name, { version, signatures }]) => {
  const path = join(folder, name);
  mkdirSync(join(path, String(version)), { recursive: true });
  copyFileSync(join(fixtures, 'onnx', name, String(version), 'model.onnx'), join(path, String(version), 'model.onnx'));
  writeFileSync(join(path, String(version), 'servable.json'), JSON.stringify({ signatures }));
  return { name, path };
});

const SAVED_MODELS = ['scalar_affine_tf1', 'multi_signature', 'wide_examples', 'pbtxt_model'];
const engine = tensorflow === undefined ? 'onnx' : { name: 'tensorflow', path: tensorflow };
const savedModels = SAVED_MODELS.map((name) => ({ name, path: join(fixtures, name), versions: 'all' }));

export default defineConfig({
  plugins: [fs(), onnx(), savedModel({ engine })],
  log: { level: 'warn' },
  models: [...onnxModels, ...savedModels],
});
