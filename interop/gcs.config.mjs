import onnx from '@servable/loader-onnx';
import { defineConfig } from '@servable/server';
import fs from '@servable/source-fs';
import gcs from '@servable/source-gcs';

const { GCS_ENDPOINT, GCS_CACHE } = process.env;

export default defineConfig({
  plugins: [fs(), onnx(), gcs({ apiEndpoint: GCS_ENDPOINT, cacheDirectory: GCS_CACHE, pollIntervalMs: 300, settleMs: 600 })],
  models: [
    { name: 'far', path: 'gs://bucket/served/mlp', versions: 'all', labels: { stable: 1 } },
    { name: 'near', path: '../fixtures/onnx/mlp' },
  ],
});
