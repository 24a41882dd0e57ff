import { defineConfig } from '@servable/server';
import lookupTable from '@servable/loader-lookup-table';
import fs from '@servable/source-fs';

/** For the bench that serves a folder of tables. */
export default defineConfig({ plugins: [fs(), lookupTable()], models: [] });
