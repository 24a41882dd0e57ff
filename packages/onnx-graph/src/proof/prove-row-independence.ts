import type { OnnxModel } from '../model/graph.ts';
import type { ValueFacts } from '../model/value-facts.ts';
import { Evaluator } from './evaluator.ts';
import { Scope } from './scope.ts';
import { isLiteral, isSameSize, literal, literalOf, ONE, ROWS, type Size, type SizeSpace } from './size.ts';
import { batchTensor, countsRows, isEnded, type Value } from './value.ts';

/** Names in the graph of what one signature takes and gives. */
export interface ProvenNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Whether requests may be joined along axis 0; if not, why, and the node that mixes rows or cannot be followed. */
export type RowProof =
  | { readonly isProven: true }
  | { readonly isProven: false; readonly reason: string; readonly node?: { readonly name: string; readonly operator: string } };

/**
 * Decides whether requests may be joined along axis 0 and their answers split again without changing any: row i of every
 * output depends on row i of the inputs alone, and there is one for each.
 *
 * Follows the batch from the inputs through every node by what its operator does to it. Pure; reads no weights. What it
 * does not know ends the proof, so "not proven" does not mean that rows are mixed. It takes for granted that no tensor is
 * empty, that inputs have the same number of rows, and that an input's sizes after axis 0 are the same in all requests
 * that are joined: the batcher sees to these.
 */
export function proveRowIndependence(model: OnnxModel, names: ProvenNames): RowProof {
  const [inputs, outputs] = [valuesOf(model.graph.inputs, names.inputs), valuesOf(model.graph.outputs, names.outputs)];
  const refusal = inputsRefusal(inputs) ?? outputsRefusal(inputs, outputs);
  if (refusal !== undefined) return { isProven: false, reason: refusal };
  const scope = scopeOf(model, inputs);
  return outputsProof(model, names.outputs, scope) ?? othersProof(model, scope) ?? { isProven: true };
}

/** What an output is when requests are joined: rows of their own, or numbers of which some are how many rows there are. */
export type RowOutput = 'rows' | readonly (number | 'rows')[];

/**
 * The same, output by output: for graphs that are only a part of what answers a request. Outputs that are neither are not there; none is when a node
 * mixes rows or cannot be followed in a way that may fail.
 *
 * Pure; takes for granted what {@link proveRowIndependence} does.
 */
export function rowOutputs(model: OnnxModel, names: ProvenNames): ReadonlyMap<string, RowOutput> {
  const [inputs, outputs] = [valuesOf(model.graph.inputs, names.inputs), valuesOf(model.graph.outputs, names.outputs)];
  if (inputsRefusal(inputs) !== undefined) return new Map();
  const scope = scopeOf(model, inputs);
  if (othersProof(model, scope) !== undefined) return new Map();
  return new Map(outputs.flatMap((output): [string, RowOutput][] => {
    const known = rowOutput(output.name, scope.get(output.name));
    const isRefused = known === 'rows' && outputsRefusal(inputs, [output]) !== undefined;
    return known === undefined || isRefused ? [] : [[output.name, known]];
  }));
}

function rowOutput(name: string, value: Value | undefined): RowOutput | undefined {
  if (value === undefined || isEnded(value)) return undefined;
  if (notRows(name, value) === undefined) return 'rows';
  const numbers = value.batch === undefined ? value.elements?.map((size) => (isSameSize(size, ROWS) ? 'rows' : literalOf(size))) : undefined;
  return numbers?.every((number) => number !== undefined) === true ? numbers : undefined;
}

function scopeOf(model: OnnxModel, inputs: readonly ValueFacts[]): Scope {
  const evaluator = new Evaluator(model);
  const scope = new Scope({ opsets: model.opsets, constants: model.graph.initializers });
  for (const input of inputs) scope.set(input.name, inputValue(input, evaluator.sizes));
  evaluator.run(model.graph.nodes, scope);
  return scope;
}

function valuesOf(values: readonly ValueFacts[], names: readonly string[]): readonly ValueFacts[] {
  return names.map((name) => values.find((value) => value.name === name) ?? { name, kind: undefined, dtype: undefined, shape: undefined });
}

/** Why requests cannot be joined along axis 0 of every input. */
function inputsRefusal(inputs: readonly ValueFacts[]): string | undefined {
  if (inputs.length === 0) return 'it has no inputs';
  const names = new Set<string>();
  for (const { name, kind, shape } of inputs) {
    if (kind !== 'tensor' || shape === undefined) return `input '${name}' does not say how many axes it has`;
    const [rows] = shape;
    if (rows === undefined) return `input '${name}' is a scalar, which requests cannot share`;
    if (typeof rows === 'number' && rows >= 0) return `input '${name}' has the fixed size ${rows} on axis 0`;
    if (typeof rows === 'string') names.add(rows);
  }
  const [first, second] = names;
  return second === undefined ? undefined : `axis 0 of its inputs has different names, '${first ?? ''}' and '${second}'`;
}

function outputsRefusal(inputs: readonly ValueFacts[], outputs: readonly ValueFacts[]): string | undefined {
  if (outputs.length === 0) return 'it has no outputs';
  const rows = new Set(inputs.flatMap(({ shape }) => (typeof shape?.[0] === 'string' ? [shape[0]] : [])));
  for (const { name, shape } of [...inputs, ...outputs]) {
    const axis = shape?.findIndex((size, at) => at > 0 && typeof size === 'string' && rows.has(size)) ?? -1;
    if (axis > 0) return `axis ${axis} of '${name}' has the name of the batch too`;
  }
  const fixed = outputs.find(({ shape }) => shape !== undefined && (shape.length === 0 || (typeof shape[0] === 'number' && shape[0] >= 0)));
  return fixed === undefined ? undefined : `output '${fixed.name}' says that it has ${fixed.shape?.length === 0 ? 'no axis 0' : `${fixed.shape?.[0] ?? ''} rows`}`;
}

/** Sizes with one name need not be equal in a run, so that each is unknown for itself. */
function inputValue({ shape = [] }: ValueFacts, sizes: SizeSpace): Value {
  const rest = shape.slice(1).map((size): Size => (typeof size === 'number' && size >= 0 ? literal(size) : sizes.dimension()));
  return batchTensor([ROWS, ...rest], { axis: 0, before: ONE, after: ONE });
}

function outputsProof({ graph }: OnnxModel, names: readonly string[], scope: Scope): RowProof | undefined {
  for (const name of names) {
    const value = scope.get(name);
    if (value === undefined) return { isProven: false, reason: `there is no '${name}' in the graph` };
    if (isEnded(value)) return { isProven: false, reason: value.reason, node: value.node };
    const reason = notRows(name, value);
    if (reason === undefined) continue;
    const node = graph.nodes.find(({ outputs }) => outputs.includes(name));
    return { isProven: false, reason, ...(node === undefined ? {} : { node: { name: node.name, operator: node.operator } }) };
  }
  return undefined;
}

/** Every node runs, also one that no output of the signature needs: it must not fail for some numbers of rows. */
function othersProof({ graph }: OnnxModel, scope: Scope): RowProof | undefined {
  for (const { outputs } of graph.nodes) {
    for (const name of outputs) {
      const value = name === '' ? undefined : scope.get(name);
      if (value === undefined || !isEnded(value) || value.isHarmless) continue;
      return { isProven: false, reason: `${value.reason}; no output needs it, but it runs too and may fail`, node: value.node };
    }
  }
  return undefined;
}

function notRows(name: string, value: Exclude<Value, { readonly reason: string }>): string | undefined {
  const { batch } = value;
  if (countsRows(value)) return `output '${name}' depends on how many rows there are`;
  if (batch === undefined) return `output '${name}' is the same for all requests, and has no rows`;
  if (batch.axis !== 0) return `output '${name}' has the batch on axis ${batch.axis}`;
  const isOne = isLiteral(batch.before, 1) && isLiteral(batch.after, 1);
  return isOne ? undefined : `output '${name}' has several rows for each row of the inputs`;
}
