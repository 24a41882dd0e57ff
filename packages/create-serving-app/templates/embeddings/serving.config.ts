import { defineConfig } from '@servable/server';
import functions from '@servable/functions';
import lookupTable from '@servable/loader-lookup-table';
import fs from '@servable/source-fs';

export default defineConfig({
  plugins: [fs(), functions(), lookupTable()],
  models: [
    { name: 'colours', path: './models/colours' },
    { name: 'closest', path: './models/closest' },
  ],
});
