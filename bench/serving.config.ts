import { defineConfig } from '@servable/server';
import onnx from '@servable/loader-onnx';
import fs from '@servable/source-fs';

/** What the end-to-end benches serve: two layers, four numbers in, three out; the model's share of a request is small. */
export default defineConfig({
  plugins: [fs(), onnx()],
  models: [{ name: 'mlp', path: '../fixtures/onnx/mlp', versions: { specific: [1] } }],
});
