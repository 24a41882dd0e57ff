/** Which packages of ours a package may import. The first rule whose pattern is the package's name holds. */
interface Direction {
  readonly packages: RegExp;
  readonly mayImport: RegExp;
}

const NOTHING = /^$/;

/** The map of STYLE: the data's path, and nothing against its stream. Plugins import neither the server nor each other. */
const DIRECTIONS: readonly Direction[] = [
  { packages: /^core$/, mayImport: NOTHING },
  { packages: /^protos$/, mayImport: NOTHING },
  { packages: /^create-serving-app$/, mayImport: NOTHING },
  { packages: /^protocol$/, mayImport: /^(core|protos)$/ },
  { packages: /^client$/, mayImport: /^protocol$/ },
  // `protos`: the messages of gRPC's health and reflection services, which are no inference protocol.
  { packages: /^server$/, mayImport: /^(protocol|batching|core|protos|tfrecord)$/ },
  // What several loaders read, write and prove of graphs: loaders may not import each other.
  { packages: /^onnx-graph$/, mayImport: /^(core|protos)$/ },
  // What all engines that call a native library have in common.
  { packages: /^engine-(?!threads$)/, mayImport: /^(core|engine-threads)$/ },
  { packages: /^loader-/, mayImport: /^(core|protos|tfrecord|onnx-graph|engine-.+)$/ },
  { packages: /^source-(gcs|http)$/, mayImport: /^(core|remote-cache)$/ },
  // `tfrecord`: its CRC-32C is that of Google Cloud Storage too.
  { packages: /^remote-cache$/, mayImport: /^(core|tfrecord)$/ },
  { packages: /^(batching|functions|tfrecord|transport-h2|plugin-testing|source-.+|engine-.+)$/, mayImport: /^core$/ },
];

/** Whether `importer` may import `imported`; both are packages' names without the scope. */
export function mayImport(importer: string, imported: string): boolean {
  const direction = DIRECTIONS.find(({ packages }) => packages.test(importer));
  if (direction === undefined) throw new Error(`No direction is written down for the package '${importer}': add it to tests/directions.ts`);
  return direction.mayImport.test(imported);
}
