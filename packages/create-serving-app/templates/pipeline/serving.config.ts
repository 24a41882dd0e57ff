import { defineConfig } from '@servable/server';
import functions from '@servable/functions';
import onnx from '@servable/loader-onnx';
import lookupTable from '@servable/loader-lookup-table';
import fs from '@servable/source-fs';

export default defineConfig({
  plugins: [fs(), functions(), onnx(), lookupTable()],
  models: [
    { name: 'flowers', path: './models/flowers' },
    { name: 'species', path: './models/species' },
  ],
});
