import { defineConfig } from '@servable/server';
import fs from '@servable/source-fs';
import gbt from './src/index.ts';

export default defineConfig({
  plugins: [fs(), gbt()],
  models: [
    { name: 'wine', path: './models/wine' },
    { name: 'tumour', path: './models/tumour' },
    { name: 'progress', path: './models/progress' },
  ],
});
