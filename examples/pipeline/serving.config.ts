import { defineConfig } from '@servable/server';
import functions from '@servable/functions';
import onnx from '@servable/loader-onnx';
import fs from '@servable/source-fs';

export default defineConfig({
  plugins: [fs(), functions(), onnx()],
  models: [
    { name: 'reader', path: './models/reader' },
    { name: 'names', path: './models/names', versions: 'all', labels: { english: 1, german: 2 } },
  ],
});
