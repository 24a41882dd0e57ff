import { defineConfig } from '@servable/server';
import functions from '@servable/functions';
import onnx from '@servable/loader-onnx';
import fs from '@servable/source-fs';

export default defineConfig({
  plugins: [fs(), functions(), onnx()],
  models: [
    // Two versions at once: clients ask for a label, and a label moves with one line.
    { name: 'iris', path: './models/iris', versions: { latest: 2 }, labels: { stable: 1, canary: 2 } },
    { name: 'species', path: './models/species' },
  ],
  batching: { maxBatchSize: 64 },
});
