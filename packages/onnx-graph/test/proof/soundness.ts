import type { OnnxModel } from '../../src/model/graph.ts';
import { proveRowIndependence } from '../../src/proof/prove-row-independence.ts';
import { neededNodes } from '../../src/proof/needed-nodes.ts';
import { node } from './graph-builder.ts';
import { readModelOf } from './read-model.ts';
import { Random } from './random.ts';
import { RandomGraph, ROWS } from './random-graph.ts';
import { joinRaw, type RawTensors, rowsDiffer, runModel } from './runtime.ts';
import { TEMPLATES } from './templates.ts';

export interface Tally {
  graphs: number;
  proven: number;
  unproven: number;
  unloadable: number;
  /** Values that were proven and really run, with how often an operator is among what they were made of. */
  readonly operators: Map<string, number>;
  readonly reasons: Map<string, number>;
  readonly violations: string[];
}

export function emptyTally(): Tally {
  return { graphs: 0, proven: 0, unproven: 0, unloadable: 0, operators: new Map(), reasons: new Map(), violations: [] };
}

const OPSETS = [11, 12, 13, 15, 17, 18, 20, 21, 23];
const SPLITS: readonly (readonly [number, number])[] = [[1, 1], [1, 3], [2, 3], [4, 1]];

/** Makes one random graph, proves each of its values, and runs what is proven on A, B, and A and B joined. */
export async function checkRandomGraph(seed: number, tally: Tally, templates: typeof TEMPLATES = TEMPLATES): Promise<void> {
  const random = new Random(seed);
  const graph = await growGraph(random, templates);
  await bringBatchesForward(graph);
  const made = graph.values.filter(({ name }) => !graph.inputNames.includes(name));
  // Also those that have another number of rows: the proof must see that.
  const candidates = made.map(({ name }) => name);
  tally.graphs++;
  if (candidates.length === 0) return;
  const model = await readModelOf(graph.model(candidates, true));
  const isWhole = random.chance(0.2);
  const proven = candidates.filter((name) => {
    const proof = proveRowIndependence(isWhole ? model : onlyFor(model, [name]), { inputs: graph.inputNames, outputs: [name] });
    if (!proof.isProven) count(tally.reasons, `${proof.node?.operator ?? ''}: ${proof.reason}`);
    return proof.isProven;
  });
  tally.proven += proven.length;
  tally.unproven += candidates.length - proven.length;
  for (const name of proven) for (const operator of operatorsOf(model, name)) count(tally.operators, operator);
  if (proven.length > 0) await checkProven(graph, { names: proven, isWhole }, { seed, tally });
}

/** Without the nodes that some outputs do not need: ONNX Runtime runs those too, and they may fail. */
function onlyFor(model: OnnxModel, outputs: readonly string[]): OnnxModel {
  return { ...model, graph: { ...model.graph, nodes: neededNodes(model.graph.nodes, outputs) } };
}

async function growGraph(random: Random, templates: typeof TEMPLATES): Promise<RandomGraph> {
  const graph = new RandomGraph(random, random.pick(OPSETS));
  const shapes = Array.from({ length: random.between(1, 2) }, () => Array.from({ length: random.pick([1, 1, 2, 2, 3]) }, () => random.pick([1, 2, 3, 4])));
  for (const shape of shapes) graph.addInput('float', shape);
  if (random.chance(0.4)) graph.addInput('float', shapes[0] ?? []);
  if (random.chance(0.5)) graph.addInput('int64', random.chance(0.5) ? [] : [random.between(1, 3)]);
  const wanted = random.between(2, 7);
  for (let tries = 0, added = 0; added < wanted && tries < wanted * 4; tries++) {
    const [, propose] = random.pick(templates);
    const addition = propose(graph);
    if (addition !== undefined && (await graph.tryAdd(addition))) added++;
  }
  return graph;
}

/** Values that have their rows on another axis are turned, so that they can be outputs. */
async function bringBatchesForward(graph: RandomGraph): Promise<void> {
  // A copy: what is added need not be turned again.
  for (const { name, tensor } of graph.values.slice()) {
    const axis = tensor.dims.indexOf(ROWS);
    if (axis < 1) continue;
    const rest = tensor.dims.map((_, at) => at).filter((at) => at !== axis);
    await graph.tryAdd({ nodes: [node('Transpose', [name], [graph.fresh()], { perm: [axis, ...rest] })], constants: [] });
  }
}

async function checkProven(graph: RandomGraph, proven: { readonly names: readonly string[]; readonly isWhole: boolean }, { seed, tally }: { readonly seed: number; readonly tally: Tally }): Promise<void> {
  const bytes = graph.model(proven.names, proven.isWhole);
  const failures = new Map<string, string[]>();
  const requests = SPLITS.flatMap(([left, right]) => {
    const [a, b] = [graph.request(left), graph.request(right)];
    return [a, b, joinRaw(a, b)];
  });
  const answers = await runModel(bytes, requests, graph.canBeOptimized).catch(() => undefined);
  // A size that only a graph made for five rows has: ONNX Runtime does not load the one for any number.
  if (answers === undefined) {
    tally.unloadable++;
    return;
  }
  for (const [at, [left, right]] of SPLITS.entries()) {
    const [alone, other, joined] = answers.slice(at * 3);
    for (const [name, difference] of differences(proven.names, { alone, other, joined, left, right })) {
      failures.set(name, [...(failures.get(name) ?? []), `${left}+${right}: ${difference}`]);
    }
  }
  // Once may be rounding in front of a step; mixed rows show again and again.
  for (const [name, found] of failures) if (found.length > 1) tally.violations.push(`seed ${seed}, '${name}' ${found.join('; ')}\n  ${graph.describe()}`);
}

interface Answers {
  readonly alone: RawTensors | Error | undefined;
  readonly other: RawTensors | Error | undefined;
  readonly joined: RawTensors | Error | undefined;
  readonly left: number;
  readonly right: number;
}

function differences(names: readonly string[], { alone, other, joined, left, right }: Answers): [string, string][] {
  const errors = [alone, other, joined].filter((answer) => answer instanceof Error);
  // What fails alone may fail joined; a request that is answered alone must be answered joined.
  if (alone instanceof Error || other instanceof Error) return joined instanceof Error || joined === undefined ? [] : [[names[0] ?? '', `fails alone: ${errors[0]?.message ?? ''}`]];
  if (joined instanceof Error) return [[names[0] ?? '', `fails joined: ${joined.message}`]];
  const total = left + right;
  return names.flatMap((name): [string, string][] => {
    const first = rowsDiffer(joined?.[name], alone?.[name], { from: 0, count: left, total });
    const difference = first ?? rowsDiffer(joined?.[name], other?.[name], { from: left, count: right, total });
    return difference === undefined ? [] : [[name, difference]];
  });
}

function operatorsOf({ graph }: OnnxModel, output: string): ReadonlySet<string> {
  const needed = new Set([output]);
  const operators = new Set<string>();
  for (const { outputs, inputs, operator } of graph.nodes.toReversed()) {
    if (!outputs.some((name) => needed.has(name))) continue;
    operators.add(operator);
    for (const name of inputs) needed.add(name);
  }
  return operators;
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
