/**
 * Every SavedModel that has a golden, with the versions that its cases need, run by TensorFlow; and the broken ones. The folder is
 * `SERVABLE_SAVEDMODELS`, else the checkout's own fixtures.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import savedModel from '@servable/loader-savedmodel';
import { defineConfig } from '@servable/server';
import fs from '@servable/source-fs';

const folder = process.env['SERVABLE_SAVEDMODELS'] ?? fileURLToPath(new URL('../fixtures', import.meta.url));
const only = process.env['SERVABLE_SAVEDMODELS_ONLY']?.split(',');
const read = (name) => JSON.parse(readFileSync(join(folder, 'goldens', name), 'utf8'));

const goldens = readdirSync(join(folder, 'goldens'))
  .filter((name) => name !== 'tables.json' && name !== 'broken.json')
  .map(read)
  .filter((golden) => existsSync(join(folder, golden.base_path)) && (only?.includes(golden.model) ?? true));

const models = goldens.flatMap(({ model, base_path: path, cases, ordered }) => {
  const versions = { specific: [...new Set(cases.map(({ version }) => version))] };
  const entry = { name: model, path: join(folder, path), platform: 'tensorflow', versions };
  // Cases that change the model's state need a copy for each protocol.
  return ordered ? [entry, { ...entry, name: `${model}_rest` }] : [entry];
});

const broken = only !== undefined ? [] : read('broken.json').cases.map(({ base_path: path, version }) => ({
  name: path.replace('/', '_'),
  path: join(folder, path),
  platform: 'tensorflow',
  versions: { specific: [version] },
}));

export default defineConfig({
  plugins: [fs(), savedModel({ engine: 'tensorflow' })],
  log: { level: 'warn' },
  manager: { maxLoadRetries: 0 },
  models: [...models, ...broken],
});
