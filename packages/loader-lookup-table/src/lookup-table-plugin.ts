import { defineLoader, type LoaderPlugin } from '@servable/core';
import { inspectTable } from './inspect.ts';
import { isTableDirectory } from './table-files.ts';
import { TableLoader } from './table-loader.ts';

/** Options of one table. What a table is stands in its `table.json`, which travels with its version. */
export interface LookupTableOptions {}

declare module '@servable/core' {
  interface LoaderOptionsByPlatform {
    'lookup-table': LookupTableOptions;
  }
}

/** Serves lookup tables, vocabularies and embeddings: a `table.json`, or a version directory's only data file. */
export function lookupTablePlugin(): LoaderPlugin<'lookup-table'> {
  return defineLoader({
    platform: 'lookup-table',
    optionsSchema: { type: 'object', additionalProperties: false, properties: {} },
    create: (artifact, _options, context) => new TableLoader(artifact, context),
    detect: isTableDirectory,
    inspect: ({ path }) => inspectTable(path),
  });
}
