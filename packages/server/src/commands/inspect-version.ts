import type { Inspection, LoaderContext, LoaderPlugin, Logger, ServableId, Signature, TensorSpec } from '@servable/core';

/** One version to look into. */
export interface VersionToInspect {
  readonly id: ServableId;
  /** Its directory on this machine. */
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the files of a version say: the loader's own answer, else the signatures of the loaded version. */
export async function inspectVersion(plugin: LoaderPlugin, version: VersionToInspect, logger: Logger): Promise<Inspection> {
  const context: LoaderContext = { id: version.id, logger };
  const artifact = { path: version.path };
  if (plugin.inspect !== undefined) return plugin.inspect(artifact, version.options, context);
  const { signal } = new AbortController();
  const loader = plugin.create(artifact, version.options, context);
  try {
    await loader.estimate(signal);
    const { signatures } = await loader.load(signal);
    return { signatures, facts: [], notes: [] };
  } finally {
    await loader.unload();
  }
}

/** A signature's inputs and outputs as rows: which, name, dtype, shape, name in the graph. */
export function signatureRows(signature: Signature): readonly (readonly string[])[] {
  const rowsOf = (kind: string, specs: ReadonlyMap<string, TensorSpec>): readonly (readonly string[])[] =>
    [...specs].map(([alias, { dtype, shape, graphName }]) => [kind, alias, dtype, shapeText(shape), graphName ?? alias]);
  return [...rowsOf('input', signature.inputs), ...rowsOf('output', signature.outputs)];
}

/** An inspection as JSON holds it. */
export function inspectionJson({ signatures, facts, notes }: Inspection): object {
  const signatureJson = ({ methodName, batching, inputs, outputs, defaults }: Signature): object => ({
    methodName,
    batching,
    inputs: specsJson(inputs),
    outputs: specsJson(outputs),
    optionalInputs: [...defaults.keys()],
  });
  return { signatures: Object.fromEntries([...signatures].map(([name, each]) => [name, signatureJson(each)])), facts, notes };
}

function specsJson(specs: ReadonlyMap<string, TensorSpec>): object {
  const entries = [...specs].map(([alias, { dtype, shape, graphName }]) => [alias, { dtype, shape: shape ?? null, graphName: graphName ?? alias }]);
  return Object.fromEntries(entries) as object;
}

/** `[batch, 3]`; `any rank` where not even that is known. */
function shapeText(shape: TensorSpec['shape']): string {
  return shape === undefined ? 'any rank' : `[${shape.join(', ')}]`;
}
