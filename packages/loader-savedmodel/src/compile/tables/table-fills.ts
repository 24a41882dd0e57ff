import type { DType, Tensor } from '@servable/core';
import { nodeOf } from '../../graph/graph-index.ts';
import type { OpenSavedModel } from '../../model/open-saved-model.ts';
import type { FlatGraph, FlatNode, TensorPlace } from '../flow/flat-graph.ts';
import { inlineFunctions } from '../flow/inline-functions.ts';
import { UncoveredNodes } from '../uncovered.ts';

/** A file of which each line is a key, and a value. */
export interface FileFill {
  readonly kind: 'file';
  readonly path: string;
  readonly keyType: DType;
  readonly valueType: DType;
  /** A column, -1 the number of the line, -2 the whole line. */
  readonly keyIndex: number;
  readonly valueIndex: number;
  /** -1: all lines. */
  readonly size: number;
  readonly delimiter: string;
}

/** How a table is filled. */
export type Fill = { readonly kind: 'constants'; readonly keys: FlatNode; readonly values: FlatNode } | FileFill | { readonly kind: 'uncovered'; readonly reason: string };

const BY_LISTS: ReadonlySet<string> = new Set(['InitializeTable', 'InitializeTableV2', 'LookupTableImport', 'LookupTableImportV2']);
const BY_FILES: ReadonlySet<string> = new Set(['InitializeTableFromTextFile', 'InitializeTableFromTextFileV2']);

type Described = Pick<OpenSavedModel, 'graph' | 'loadSteps' | 'assets'>;

/** How each table is filled that the model's init op fills, by the name of its node. */
export function fillsOf(model: Described): ReadonlyMap<string, Fill> {
  const graph = initGraph(model);
  const fills = new Map<string, Fill>();
  for (const node of graph?.nodes.values() ?? []) {
    const [table] = node.inputs;
    if (graph === undefined || table === undefined || !(BY_LISTS.has(node.op) || BY_FILES.has(node.op))) continue;
    const fill = BY_LISTS.has(node.op) ? listsOf(graph, node) : fileOf(graph, node, model);
    // Two that fill one table are TensorFlow's to judge.
    fills.set(table.node, fills.has(table.node) ? { kind: 'uncovered', reason: `'${node.name}' (${node.op}) and another node` } : fill);
  }
  return fills;
}

function initGraph({ graph, loadSteps: { initOperation } }: Described): FlatGraph | undefined {
  try {
    return initOperation === undefined ? undefined : inlineFunctions(graph, [initOperation]);
  } catch (error) {
    if (error instanceof UncoveredNodes) return undefined;
    throw error;
  }
}

function listsOf(graph: FlatGraph, node: FlatNode): Fill {
  const [keys, values] = node.inputs.slice(1).map((place) => originOf(graph, place));
  if (keys?.op !== 'Const' || values?.op !== 'Const') return { kind: 'uncovered', reason: `'${node.name}' (${node.op}) with what is computed` };
  return { kind: 'constants', keys, values };
}

function fileOf(graph: FlatGraph, { name, op, inputs, attributes }: FlatNode, { assets }: Described): Fill {
  const [table, filename] = inputs;
  const origin = filename === undefined ? undefined : originOf(graph, filename);
  const asset = assets.find(({ tensorName }) => nodeOf(tensorName) === origin?.name);
  const maker = graph.nodes.get(table?.node ?? '');
  if (asset === undefined || maker === undefined) return { kind: 'uncovered', reason: `'${name}' (${op}) with a file that is no asset` };
  if (attributes.integer('offset', 0) !== 0) return { kind: 'uncovered', reason: `'${name}' (${op}) from a later line of its file` };
  return {
    kind: 'file',
    path: asset.path,
    keyType: maker.attributes.dtype('key_dtype'),
    valueType: maker.attributes.dtype('value_dtype'),
    keyIndex: attributes.integer('key_index'),
    valueIndex: attributes.integer('value_index'),
    size: attributes.integer('vocab_size', -1),
    delimiter: attributes.text('delimiter', '\t'),
  };
}

/** Where a value comes from, through what only passes it on: identities, and variables that the init op sets. */
function originOf(graph: FlatGraph, place: TensorPlace): FlatNode | undefined {
  let node = graph.nodes.get(place.node);
  for (let steps = 0; node !== undefined && steps < 64; steps++) {
    const { name, op, inputs: [input] } = node;
    if (op === 'Identity' || op === 'ReadVariableOp') node = graph.nodes.get(input?.node ?? '');
    else if (op === 'VarHandleOp') node = graph.nodes.get(assigned(graph, name)?.node ?? '');
    else return node;
  }
  return undefined;
}

function assigned(graph: FlatGraph, variable: string): TensorPlace | undefined {
  for (const { op, inputs: [target, value] } of graph.nodes.values()) if (op === 'AssignVariableOp' && target?.node === variable) return value;
  return undefined;
}

/** What a node that is a constant holds. */
export function constantAt({ attributes }: FlatNode): Tensor {
  return attributes.tensor('value');
}
