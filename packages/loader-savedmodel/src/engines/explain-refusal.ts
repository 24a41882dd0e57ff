import { ServingError } from '@servable/core';
import type { NodeDef } from '@servable/protos/saved-model';
import { findDamage } from '../checkpoint/find-damage.ts';
import type { OpenSavedModel } from '../model/open-saved-model.ts';

/** Places that are listed one by one. */
const MAX_PLACES = 5;
const UNKNOWN_OP = /^Op type not registered '([^']+)'/;
/** TensorFlow names a node in one of these ways. */
const NODE_NAMES = [/\{\{node ([^}]+)\}\}/, /\b[Nn]ode '([^']+)'/, /\bof node (\S+) was passed/];
const FUNCTION_NAME = /\{\{function_node ([^}]+)\}\}/;
const FILLS_TABLE = /^InitializeTable|^LookupTableImport/;

/**
 * What TensorFlow says of a model that it does not load, looked up in the model's files: which tensor, which nodes, and what mends it.
 * The status stays.
 *
 * @returns the fault of the files when there is one, such as `SRV_CHECKPOINT_CHECKSUM`; else a text that goes on where TensorFlow's ends;
 *   `undefined` for errors that are not TensorFlow's own words
 */
export async function explainRefusal(model: OpenSavedModel, error: unknown, signal: AbortSignal): Promise<ServingError | string | undefined> {
  if (!ServingError.is(error) || error.code !== `SRV_TENSORFLOW_${error.status}`) return undefined;
  const damage = await damageOf(model, error, signal);
  if (damage !== undefined) return damage;
  const [, unknownOp] = UNKNOWN_OP.exec(error.message) ?? [];
  if (unknownOp !== undefined) return unknownOpText(model, unknownOp);
  const nodes = faultyNodes(model, error.message);
  const where = nodes.length === 0 ? '' : ` at ${listed(nodes)}`;
  // The engine says which folder, where TensorFlow does not: here the file is named.
  const words = error.message.replace(/\nWhile loading '.*' with TensorFlow$/, '').replace(/\.$/, '');
  return `${words}.\nThe fault is in '${model.file.path}'${where}. ${cureOf(model, error, nodes)}`;
}

/** Both of TensorFlow's statuses for data that is not what was written. */
async function damageOf({ variables, restored }: OpenSavedModel, { status }: ServingError, signal: AbortSignal): Promise<ServingError | undefined> {
  if (variables === undefined || (status !== 'DATA_LOSS' && status !== 'OUT_OF_RANGE')) return undefined;
  const keys = new Set(restored.flatMap(({ values }) => values.map(({ checkpointKey }) => checkpointKey)));
  const damage = await findDamage(variables, keys, signal);
  return damage?.status === status ? damage : undefined;
}

/** TensorFlow goes on about modules of Python, which mend nothing here. */
function unknownOpText(model: OpenSavedModel, op: string): string {
  const nodes = placesOf(model, (node) => node.op === op);
  const cure = `If it is TensorFlow's own, give engine.path a TensorFlow that has it (${writerOf(model)}); if it is a custom one, export the model without it`;
  return `Op type not registered '${op}'. '${model.file.path}' needs it at ${listed(nodes)}. ${cure}`;
}

interface Place {
  readonly node: NodeDef;
  readonly text: string;
}

function faultyNodes(model: OpenSavedModel, message: string): readonly Place[] {
  const name = NODE_NAMES.map((pattern) => pattern.exec(message)?.[1]).find((found) => found !== undefined);
  if (name === undefined) return [];
  const [, within] = FUNCTION_NAME.exec(message) ?? [];
  return placesOf(model, (node) => node.name === name, within);
}

function placesOf({ graph }: OpenSavedModel, matches: (node: NodeDef) => boolean, within?: string): readonly Place[] {
  const textOf = (node: NodeDef): string => `node '${node.name}' (${node.op})`;
  const found = within === undefined ? [...graph.nodes.values()].filter(matches).map((node) => ({ node, text: textOf(node) })) : [];
  for (const [name, { nodes }] of graph.functions) {
    if (within !== undefined && within !== name) continue;
    for (const node of nodes.values()) if (matches(node)) found.push({ node, text: `${textOf(node)} of function '${name}'` });
  }
  return found;
}

function listed(places: readonly Place[]): string {
  const texts = places.slice(0, MAX_PLACES).map(({ text }) => text);
  return places.length > MAX_PLACES ? `${texts.join(', ')} and ${places.length - MAX_PLACES} more` : texts.join(', ') || 'no node of its graph';
}

function cureOf(model: OpenSavedModel, { status, message }: ServingError, places: readonly Place[]): string {
  const assets = [...new Set(model.assets.map(({ path }) => `'${path}'`))].slice(0, MAX_PLACES);
  if (assets.length > 0 && places.some(({ node }) => FILLS_TABLE.test(node.op))) return `It fills a table from an asset: correct ${assets.join(' or ')}, or export the model again`;
  if (status === 'RESOURCE_EXHAUSTED') return 'Serve it on a machine with more memory, or fewer models beside it';
  if (message.includes('min consumer version')) return `Give engine.path a newer TensorFlow (${writerOf(model)}), or export the model with this one`;
  return `Export the model again, or copy it again; if it is whole, give engine.path the TensorFlow that wrote it (${writerOf(model)})`;
}

function writerOf({ metaGraph }: OpenSavedModel): string {
  const version = metaGraph.metaInfoDef?.tensorflowVersion ?? '';
  return version === '' ? 'the model does not say by which version it was written' : `the model was written by ${version}`;
}
