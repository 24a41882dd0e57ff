import { defineConfig } from '@servable/server';
import fs from '@servable/source-fs';
import linear from '../src/index.js';

export default defineConfig({
  plugins: [fs(), linear()],
  models: [{ name: 'price', path: './models/price' }],
});
