import { defineLoader, type LoaderPlugin } from '@servable/core';
import { buildTableCommand } from './build-table-command.ts';
import { checkPluginOptions } from './check-plugin-options.ts';
import { inspectTable } from './inspect.ts';
import { LoadedTables } from './load/loaded-tables.ts';
import { isTableDirectory } from './table-files.ts';
import { TableLoader } from './table-loader.ts';

/** Options of one table: none. What a table is stands in its `table.json`, which travels with its version. */
export type LookupTableOptions = Readonly<Record<string, never>>;

/** Options of the plugin. */
export interface LookupTablePluginOptions {
  /** A folder where tables are kept as they were built, by the contents of their files. Default: none, tables are built at each load. */
  readonly cacheDirectory?: string;
}

declare module '@servable/core' {
  interface LoaderOptionsByPlatform {
    'lookup-table': LookupTableOptions;
  }
}

/**
 * Serves lookup tables, vocabularies and embeddings: a `table.json`, or a version directory's only data file.
 *
 * @throws ServingError `SRV_TABLE_PLUGIN_OPTION_INVALID`
 */
export function lookupTablePlugin(options: LookupTablePluginOptions = {}): LoaderPlugin<'lookup-table'> {
  checkPluginOptions(options);
  const { cacheDirectory } = options;
  const cache = cacheDirectory === undefined ? undefined : { directory: cacheDirectory };
  const tables = new LoadedTables();
  return defineLoader({
    platform: 'lookup-table',
    optionsSchema: { type: 'object', additionalProperties: false, properties: {} },
    create: (artifact, _options, context) => new TableLoader({ artifact, context, tables, cache }),
    detect: isTableDirectory,
    inspect: ({ path }) => inspectTable(path, cache),
    commands: [buildTableCommand()],
  });
}
