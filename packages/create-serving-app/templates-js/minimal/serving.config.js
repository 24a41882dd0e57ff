import { defineConfig } from '@servable/server';
import functions from '@servable/functions';
import onnx from '@servable/loader-onnx';
import fs from '@servable/source-fs';

export default defineConfig({
  plugins: [fs(), functions(), onnx()],
  models: [
    { name: 'iris', path: './models/iris' },
    { name: 'species', path: './models/species' },
  ],
});
