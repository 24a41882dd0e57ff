import { type ElementName, type GraphInit, input, modelOf, type NodeInit, output, type TensorInit } from './graph-builder.ts';
import type { Random } from './random.ts';
import { rawTensor, type RawTensor, type RawTensors, runModel } from './runtime.ts';

/** Rows while a graph is made; no inner size of an input is the same. */
export const ROWS = 5;

/** A value of the graph, with what it is for a request of {@link ROWS} rows. */
export interface Known {
  readonly name: string;
  readonly tensor: RawTensor;
}

/** What a template adds: nodes whose names are new, and the constants they use. */
export interface Addition {
  readonly nodes: readonly NodeInit[];
  readonly constants: readonly TensorInit[];
  /** Values outside the nodes that their subgraphs use. */
  readonly captured?: readonly string[];
}

/** A graph that grows by nodes which ONNX Runtime accepts and runs, so that every graph is a valid one. */
export class RandomGraph {
  readonly random: Random;
  readonly opset: number;
  readonly values: Known[] = [];
  readonly #inputs: ReturnType<typeof input>[] = [];
  readonly #inner: { readonly name: string; readonly type: ElementName; readonly sizes: readonly number[] }[] = [];
  readonly #nodes: NodeInit[] = [];
  readonly #constants: TensorInit[] = [];
  #count = 0;

  constructor(random: Random, opset: number) {
    this.random = random;
    this.opset = opset;
  }

  fresh(prefix = 'v'): string {
    return `${prefix}${this.#count++}`;
  }

  addInput(type: ElementName, sizes: readonly number[]): void {
    const name = this.fresh('x');
    const isNamed = this.random.chance(0.7);
    this.#inputs.push(input(name, type, ['rows', ...sizes.map((size, at) => (isNamed ? size : `${name}_${at}`))]));
    this.#inner.push({ name, type, sizes });
    this.values.push({ name, tensor: this.#draw(type, [ROWS, ...sizes]) });
  }

  /** Adds what runs on the values there are; `false` when ONNX Runtime refuses it. */
  async tryAdd({ nodes, constants, captured = [] }: Addition): Promise<boolean> {
    const made = nodes.flatMap((each) => each.output ?? []).filter((name) => name !== '');
    const used = new Set([...nodes.flatMap((each) => each.input ?? []), ...captured]);
    const needed = this.values.filter(({ name }) => used.has(name));
    const outer = needed.map(({ name, tensor }) => input(name, elementName(tensor.type), tensor.dims));
    const graph: GraphInit = { node: [...nodes], input: outer, output: made.map(output), initializer: [...constants] };
    const feeds = Object.fromEntries(needed.map(({ name, tensor }) => [name, tensor]));
    const [answer] = await runModel(modelOf(graph, { opset: this.opset }), [feeds], false).catch((error: unknown) => [error]);
    if (answer instanceof Error || typeof answer !== 'object' || answer === null) return false;
    const tensors = Object.entries(answer as RawTensors);
    if (tensors.some(([, tensor]) => !isUsable(tensor))) return false;
    this.#nodes.push(...nodes);
    this.#constants.push(...constants);
    for (const [name, tensor] of tensors) this.values.push({ name, tensor });
    return true;
  }

  /** @param isWhole - whether nodes that no output needs are in it too */
  model(outputs: readonly string[], isWhole: boolean): Uint8Array {
    const graph = { node: isWhole ? this.#nodes : neededInits(this.#nodes, outputs), input: this.#inputs, output: outputs.map(output), initializer: this.#constants };
    return modelOf(graph, { opset: this.opset });
  }

  /** ONNX Runtime 1.30 aborts the process when it moves a `Transpose` past scales that are one for each place of an axis. */
  get canBeOptimized(): boolean {
    return !this.#nodes.some(({ opType, attribute }) => opType === 'QuantizeLinear' && (attribute?.length ?? 0) > 0);
  }

  get inputNames(): readonly string[] {
    return this.#inner.map(({ name }) => name);
  }

  describe(): string {
    const lines = this.#nodes.map(describeNode);
    return [`opset ${this.opset}, inputs ${this.#inner.map(({ name, type, sizes }) => `${name} ${type} [rows,${sizes}]`).join(' ')}`, ...lines].join('\n  ');
  }

  request(rows: number): RawTensors {
    return Object.fromEntries(this.#inner.map(({ name, type, sizes }) => [name, this.#draw(type, [rows, ...sizes])]));
  }

  #draw(type: ElementName, dims: readonly number[]): RawTensor {
    const count = dims.reduce((product, size) => product * size, 1);
    const { random } = this;
    if (type === 'float') return rawTensor('float32', dims, Float32Array.from({ length: count }, () => random.between(-12, 12) / 4));
    if (type === 'int64') return rawTensor('int64', dims, BigInt64Array.from({ length: count }, () => BigInt(random.between(0, 1))));
    return rawTensor(type, dims, Uint8Array.from({ length: count }, () => (type === 'bool' ? random.between(0, 1) : random.between(0, 9))));
  }
}

const USABLE: Readonly<Record<string, ElementName>> = { float32: 'float', int64: 'int64', bool: 'bool', uint8: 'uint8' };

export function elementName(type: string): ElementName {
  return USABLE[type] ?? 'float';
}

function isUsable(tensor: RawTensor): boolean {
  const { type, dims, data } = tensor;
  if (!(type in USABLE) && type !== 'int32') return false;
  if (dims.length > 5 || data.length > 4096 || data.length === 0) return false;
  return type !== 'float32' || (data as Float32Array).every((number) => Math.abs(number) < 1e6);
}

function neededInits(nodes: readonly NodeInit[], outputs: readonly string[]): NodeInit[] {
  const needed = new Set(outputs);
  const kept: NodeInit[] = [];
  for (const each of nodes.toReversed()) {
    if (each.output?.some((name) => needed.has(name)) !== true) continue;
    kept.unshift(each);
    for (const name of namesIn(each)) needed.add(name);
  }
  return kept;
}

function namesIn({ input: inputs = [], attribute = [] }: NodeInit): readonly string[] {
  const bodies = attribute.flatMap((each) => (each.g?.node ?? []) as NodeInit[]);
  return [...inputs, ...bodies.flatMap(namesIn), ...attribute.flatMap((each) => (each.g?.output ?? []).map(({ name = '' }) => name))];
}

function describeNode({ opType = '', input: inputs = [], output: outputs = [], attribute = [] }: NodeInit): string {
  const attributes = attribute.map((each) => {
    const { name, i, ints, s, f } = each as { name: string; i?: bigint; ints?: bigint[]; s?: Uint8Array; f?: number };
    return `${name}=${ints === undefined ? (s === undefined ? String(i ?? f ?? '…') : new TextDecoder().decode(s)) : `[${ints.map(String)}]`}`;
  });
  return `${outputs.join(',')} = ${opType}(${inputs.join(', ')}) ${attributes.join(' ')}`;
}

