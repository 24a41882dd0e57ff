export { type ErrorArguments, tableError } from './errors.ts';
export { lookupTablePlugin as default, type LookupTableOptions, type LookupTablePluginOptions } from './lookup-table-plugin.ts';
export type {
  Combiner,
  ManifestColumn,
  ManifestEmbedding,
  Metric,
  MissingPolicy,
  TableFormat,
  TableManifest,
} from './table-manifest.ts';
export { TABLE_MANIFEST_SCHEMA } from './table-manifest-schema.ts';
