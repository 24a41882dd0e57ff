import { defineConfig } from '@servable/server';
import functions from '@servable/functions';
import savedModel from '@servable/loader-savedmodel';
import fs from '@servable/source-fs';

export default defineConfig({
  plugins: [fs(), functions(), savedModel()],
  models: [
    { name: 'iris', path: './models/iris' },
    { name: 'species', path: './models/species' },
  ],
});
