/** The quickstart's model, with its requests logged to `.interop/logged`, and its metrics where TensorFlow Serving has them. */
import { fileURLToPath } from 'node:url';
import onnx from '@servable/loader-onnx';
import { defineConfig } from '@servable/server';
import fs from '@servable/source-fs';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [fs(), onnx()],
  log: { level: 'warn' },
  metrics: { tensorflowPath: '/monitoring/prometheus/metrics' },
  models: [{ name: 'digits', path: pathOf('../examples/quickstart/models/digits'), logging: { prefix: pathOf('../.interop/logged/digits') } }],
});
