import { defineConfig } from '@servable/server';
import onnx from '@servable/loader-onnx';
import fs from '@servable/source-fs';

export default defineConfig({
  plugins: [fs(), onnx()],
  models: [{ name: 'digits', path: './models/digits' }],
});
