/** Every ONNX fixture under its own name, all versions; one that is broken beside them; and the quickstart's model. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import onnx from '@servable/loader-onnx';
import { defineConfig } from '@servable/server';
import fs from '@servable/source-fs';

const fixtures = new URL('../fixtures/onnx/', import.meta.url);
const pathOf = (folder) => fileURLToPath(new URL(folder, fixtures));
const names = readdirSync(fixtures).filter((name) => name !== 'goldens' && name !== 'broken');

const models = names.map((name) => ({ name, path: pathOf(name), versions: 'all', labels: name === 'mlp' ? { stable: 1 } : {} }));

export default defineConfig({
  plugins: [fs(), onnx()],
  log: { level: 'warn' },
  models: [
    ...models,
    { name: 'truncated', path: pathOf('broken/truncated') },
    { name: 'digits', path: fileURLToPath(new URL('../examples/quickstart/models/digits', import.meta.url)) },
  ],
});
