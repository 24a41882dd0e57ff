/**
 * Which package to install for what was found and nobody claimed. Text for messages only: nothing is decided by it, so a
 * format or scheme that is missing here works as well as any other.
 */
const PACKAGES_BY_FILE: readonly { readonly pattern: RegExp; readonly plugin: string }[] = [
  { pattern: /\.onnx$/i, plugin: '@servable/loader-onnx' },
  { pattern: /^saved_model\.pb(txt)?$/, plugin: '@servable/loader-savedmodel' },
  { pattern: /^model\.json$/i, plugin: '@servable/loader-tfjs' },
  { pattern: /\.(csv|tsv|jsonl|npy|npz|parquet)$/i, plugin: '@servable/loader-lookup-table' },
];

const PACKAGES_BY_SCHEME: Readonly<Record<string, string>> = {
  file: '@servable/source-fs',
  gs: '@servable/source-gcs',
  http: '@servable/source-http',
  https: '@servable/source-http',
};

/** The package that serves files of these names; `undefined` when none is known. */
export function loaderPackageFor(fileNames: readonly string[]): string | undefined {
  return PACKAGES_BY_FILE.find(({ pattern }) => fileNames.some((name) => pattern.test(name)))?.plugin;
}

/** The package that finds versions under this scheme; `undefined` when none is known. */
export function sourcePackageFor(scheme: string): string | undefined {
  return Object.hasOwn(PACKAGES_BY_SCHEME, scheme) ? PACKAGES_BY_SCHEME[scheme] : undefined;
}
