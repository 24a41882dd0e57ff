/** The SavedModel whose versions have good, failing, damaged, empty and too many warm-up records. */
import { fileURLToPath } from 'node:url';
import savedModel from '@servable/loader-savedmodel';
import { defineConfig } from '@servable/server';
import fs from '@servable/source-fs';

export default defineConfig({
  plugins: [fs(), savedModel({ engine: 'tensorflow' })],
  log: { level: 'error' },
  manager: { maxLoadRetries: 0 },
  metrics: { tensorflowPath: '/monitoring/prometheus/metrics' },
  models: [{ name: 'warmup', path: fileURLToPath(new URL('../fixtures/warmup', import.meta.url)), platform: 'tensorflow', versions: 'all' }],
});
