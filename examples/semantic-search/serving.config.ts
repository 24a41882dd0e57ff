import { defineConfig } from '@servable/server';
import functions from '@servable/functions';
import lookupTable from '@servable/loader-lookup-table';
import onnx from '@servable/loader-onnx';
import fs from '@servable/source-fs';

export default defineConfig({
  plugins: [fs(), functions(), lookupTable(), onnx()],
  models: [
    { name: 'search', path: './models/search' },
    { name: 'texts', path: './models/texts' },
  ],
});
