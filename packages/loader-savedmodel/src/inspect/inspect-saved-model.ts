import type { Inspection } from '@servable/core';
import { type OpCounts, totalOf } from '../graph/count-ops.ts';
import { type OpenSavedModel, openSavedModel, type OpenSavedModelOptions } from '../model/open-saved-model.ts';
import { type SavedModelFacts, savedModelFacts } from './saved-model-facts.ts';

/** More than these are not listed one by one. */
const MAX_LISTED_VARIABLES = 200;
const MAX_LISTED_SIGNATURES = 50;
const MAX_LISTED_ASSETS = 50;

type Fact = Inspection['facts'][number];

/** Options of {@link inspectSavedModel}. */
export interface InspectSavedModelOptions extends OpenSavedModelOptions {
  /** More to tell of the open model. Default: nothing. */
  readonly addFacts?: (model: OpenSavedModel) => Promise<readonly Fact[]>;
}

/**
 * What a version's files say, for `servable inspect`. Values of variables are not read.
 *
 * @throws ServingError as `openSavedModel`
 */
export async function inspectSavedModel(directory: string, options: InspectSavedModelOptions = {}): Promise<Inspection> {
  const { addFacts = async () => [], ...opening } = options;
  const model = await openSavedModel(directory, opening);
  try {
    const facts = await savedModelFacts(model, opening.signal);
    return { signatures: model.signatures.signatures, facts: [...describeFacts(facts), ...(await addFacts(model))], notes: facts.notes };
  } finally {
    await model.close();
  }
}

function describeFacts(facts: SavedModelFacts): Fact[] {
  const { file, graphVersion, sizes, variables, assets } = facts;
  const rows: [label: string, value: string][] = [
    ['file', `${file.name}, ${file.bytes} bytes`],
    ['size', `${sizes.total} bytes: graph ${sizes.graph}, variables ${sizes.variables}, assets ${sizes.assets}`],
    ['tags', facts.tags.join(', ')],
    ['other graphs', facts.tagSets.filter((tags) => String(tags) !== String(facts.tags)).map((tags) => `{ ${tags.join(' ')} }`).join(', ')],
    ['TensorFlow', facts.tensorflowVersion],
    ['graph', `written by version ${graphVersion.producer}, readable from version ${graphVersion.minConsumer}, ${facts.functions} functions`],
    ['export', facts.uuid ?? ''],
    ...describeSignatures(facts),
    ['operators to restore', describeOps(facts.restoreOps)],
    ['operators to initialize', describeOps(facts.initOps)],
    ['variables', variables.length === 0 ? '' : `${variables.length}, ${variables.reduce((sum, { bytes }) => sum + bytes, 0)} bytes`],
    ...describeVariables(facts),
    ...assets.slice(0, MAX_LISTED_ASSETS).map(({ filename, bytes, tensorName }): [string, string] => [`asset ${filename}`, `${bytes} bytes, for ${tensorName}`]),
    ['more assets', assets.length > MAX_LISTED_ASSETS ? String(assets.length - MAX_LISTED_ASSETS) : ''],
  ];
  return rows.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }));
}

/** Those of each signature; of many all together, each op that any of them runs. */
function describeSignatures({ signatures }: SavedModelFacts): [string, string][] {
  if (signatures.size <= MAX_LISTED_SIGNATURES) return Array.from(signatures, ([name, { ops }]): [string, string] => [`operators of ${name}`, describeOps(ops)]);
  const names = new Set([...signatures.values()].flatMap(({ ops }) => [...ops.keys()]));
  return [[`operators of ${signatures.size} signatures`, [...names].toSorted().join(', ')]];
}

/** Of very many the largest. */
function describeVariables({ variables: all }: SavedModelFacts): [string, string][] {
  const variables = all.length > MAX_LISTED_VARIABLES ? all.toSorted((a, b) => b.bytes - a.bytes).slice(0, MAX_LISTED_VARIABLES) : all;
  return variables.map(({ name, typeName, shape, bytes, parts }) => [`variable ${name}`, `${typeName} [${shape.join(', ')}], ${bytes} bytes${parts > 1 ? `, in ${parts} parts` : ''}`]);
}

function describeOps(ops: OpCounts): string {
  if (ops.size === 0) return '';
  const list = Array.from(ops).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${totalOf(ops)}: ${list.map(([op, count]) => `${op} ×${count}`).join(', ')}`;
}
