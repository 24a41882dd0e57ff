import { fileURLToPath } from 'node:url';
import { defineConfig } from '@servable/server';
import onnx from '@servable/loader-onnx';
import list from '../src/index.ts';

export default defineConfig({
  plugins: [list(), onnx()],
  models: [{ name: 'iris', path: `list://${fileURLToPath(new URL('versions.json', import.meta.url))}` }],
});
