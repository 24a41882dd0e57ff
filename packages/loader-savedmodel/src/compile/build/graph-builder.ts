import { type DType, elementCount } from '@servable/core';
import { elementTypeNumber, type NodeToWrite, type StoredTensor } from '@servable/onnx-graph';
import { foldConstants } from '../fold/fold-constants.ts';
import { numbersOf, SMALL, storedNumbers, storedTensor } from '../ir/constant-data.ts';
import { SizeNames } from '../ir/dimension.ts';
import type { NodeParts, OutputFacts } from '../ir/node-parts.ts';
import { isHeld } from '../ir/held-types.ts';
import type { Value } from '../ir/value.ts';
import { Uncovered } from '../uncovered.ts';
import { stringOperatorName } from '../../host/host-table.ts';
import { NoKernel } from './kernel-types.ts';
import { type HostNode, type HostParts, plainAttributes } from './host-nodes.ts';
import { rowsOfStrings } from './string-rows.ts';

/** What a value was made by, and of. */
export interface NodeOrigin {
  readonly operator: string;
  /** As they lie in memory. */
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: NonNullable<NodeParts['attributes']>;
}

/** What ONNX Runtime does to numbers of bfloat16. */
const OF_BFLOAT: ReadonlySet<string> = new Set(['BitCast', 'Cast']);

/** Longer lists of integers are data, not shapes. */
const LONGEST_LIST = 256;

/**
 * The ONNX graph that is being made. A node all of whose inputs are known is computed at once, and one that was made before is not
 * made again; names say which of TensorFlow's nodes something comes from.
 */
export class GraphBuilder {
  readonly nodes: NodeToWrite[] = [];
  /** Of this graph and of those inside of it. */
  readonly initializers: Map<string, StoredTensor>;
  readonly sizes: SizeNames;
  /** Nodes that run outside of ONNX, each after those that it needs. */
  readonly hosts: HostNode[] = [];
  /** Whether strings stay outside of ONNX. */
  readonly #keepsStrings: boolean;
  readonly #outer: GraphBuilder | undefined;
  readonly #made = new Map<string, readonly Value[]>();
  /** Of this graph alone. */
  readonly #values = new Map<string, Value>();
  readonly #origins: Map<string, NodeOrigin>;
  readonly #constantNames: Map<StoredTensor, string>;
  readonly #smallConstants: Map<string, StoredTensor>;
  readonly #names: Set<string>;
  #origin: string;

  /** @param parts - `outer`: of a graph inside of one of its nodes: its values can be used, and names and constants are those of both */
  constructor({ outer, keepsStrings }: { readonly outer?: GraphBuilder; readonly keepsStrings?: boolean } = {}) {
    this.#outer = outer;
    this.#keepsStrings = keepsStrings ?? (outer === undefined ? false : outer.#keepsStrings);
    this.initializers = outer?.initializers ?? new Map<string, StoredTensor>();
    this.sizes = outer?.sizes ?? new SizeNames();
    this.#origins = outer === undefined ? new Map<string, NodeOrigin>() : outer.#origins;
    this.#constantNames = outer === undefined ? new Map<StoredTensor, string>() : outer.#constantNames;
    this.#smallConstants = outer === undefined ? new Map<string, StoredTensor>() : outer.#smallConstants;
    this.#names = outer === undefined ? new Set<string>() : outer.#names;
    this.#origin = outer === undefined ? 'graph' : outer.#origin;
  }

  /** Of a graph inside of one of this graph's nodes. */
  inside(): GraphBuilder {
    return new GraphBuilder({ outer: this });
  }

  /** Nodes made from here on come from this node of TensorFlow's. */
  from(origin: string): void {
    this.#origin = origin;
  }

  /** Makes a node whose name says something to whoever reads an error about it. */
  named<T>(name: string, make: () => T): T {
    const origin = this.#origin;
    this.#origin = `${name}: ${origin}`;
    try {
      return make();
    } finally {
      this.#origin = origin;
    }
  }

  /** How a value was made: its operator, and what it was made of. `undefined` for inputs and constants. */
  originOf(value: Value): NodeOrigin | undefined {
    return value.constant === undefined ? this.#origins.get(value.name) : undefined;
  }

  /** Makes one node. Inputs are taken as they lie in memory: who calls has seen to their order. */
  make(operator: string, inputs: readonly (Value | undefined)[], { attributes = {}, outputs, domain = '' }: NodeParts): readonly Value[] {
    if (!OF_BFLOAT.has(operator) && inputs.some((input) => input?.dtype === 'BF16')) return this.#inSingle(operator, inputs, { attributes, outputs, domain });
    const odd = [...inputs, ...outputs].find((each) => each !== undefined && !isHeld(each.dtype));
    if (odd !== undefined) throw new NoKernel(operator, odd.dtype);
    const folded = foldConstants(operator, inputs, { attributes, outputs });
    if (folded !== undefined) return folded.map((stored) => this.stored(stored));
    if (outputs.length === 1 && outputs[0] !== undefined && isKnownList(outputs[0])) return [this.stored(storedNumbers(outputs[0].dtype, outputs[0].shape, outputs[0].elements))];
    if (this.#keepsStrings && [...inputs, ...outputs].some((each) => each?.dtype === 'BYTES')) return this.#onStrings(operator, inputs, { attributes, outputs });
    const names = inputs.map((input) => (input === undefined ? '' : this.nameOf(input)));
    const key = keyOf(operator, names, { attributes, domain });
    const known = key === undefined ? undefined : this.#madeBefore(key);
    if (known !== undefined) return known;
    const values = outputs.map((facts, at): Value => ({ ...facts, name: this.#nameFor(`${this.#origin}/${operator}${at === 0 ? '' : `:${at}`}`) }));
    this.nodes.push({ name: values[0]?.name ?? '', operator, domain, inputs: names, outputs: values.map(({ name }) => name), attributes });
    for (const value of values) {
      this.#origins.set(value.name, { operator, inputs, attributes });
      this.#values.set(value.name, value);
    }
    if (key !== undefined) this.#made.set(key, values);
    return values;
  }

  /** In this graph, or one around it: what a graph inside of it makes is only there. */
  #madeBefore(key: string): readonly Value[] | undefined {
    const here = this.#made.get(key);
    return here !== undefined || this.#outer === undefined ? here : this.#outer.#madeBefore(key);
  }

  /** Makes a node that runs outside of ONNX. Inputs are taken as they lie in memory. */
  host(op: string, inputs: readonly (Value | undefined)[], { attributes, outputs, keepsRows = false, repeatsRows = false }: HostParts): readonly Value[] {
    if (this.#outer !== undefined) throw new Uncovered('it runs outside of ONNX, and a condition says whether it runs');
    const values = outputs.map((facts, at): Value => ({ ...facts, name: this.#nameFor(`${this.#origin}/host${at === 0 ? '' : `:${at}`}`) }));
    for (const value of values) this.#values.set(value.name, value);
    this.hosts.push({ op, node: this.#origin, attributes, keepsRows, repeatsRows, inputs: inputs.map((input) => (input === undefined ? '' : this.nameOf(input))), outputs: values.map(({ name }) => name), after: this.nodes.length });
    return values;
  }

  /** What nodes gave, by its name: as the graph means it. */
  valueNamed(name: string): Value | undefined {
    return this.#values.get(name);
  }

  #onStrings(operator: string, inputs: readonly (Value | undefined)[], { attributes = {}, outputs }: NodeParts): readonly Value[] {
    const op = stringOperatorName(operator);
    if (op === undefined) throw new NoKernel(operator, 'BYTES');
    return this.host(op, inputs, { attributes: plainAttributes(operator, attributes), outputs, ...rowsOfStrings(operator, inputs, { attributes, outputs }) });
  }

  /** ONNX Runtime has no kernels for bfloat16, not even to move it; single precision holds all of its numbers. */
  #inSingle(operator: string, inputs: readonly (Value | undefined)[], parts: NodeParts): readonly Value[] {
    const wide = inputs.map((input) => (input?.dtype === 'BF16' ? this.#castTo(input, 'FP32') : input));
    const outputs = parts.outputs.map((facts): OutputFacts => (facts.dtype === 'BF16' ? { ...facts, dtype: 'FP32' } : facts));
    const made = this.make(operator, wide, { ...parts, outputs });
    return made.map((value, at) => (parts.outputs[at]?.dtype === 'BF16' ? this.#castTo(value, 'BF16') : value));
  }

  #castTo(value: Value, dtype: DType): Value {
    return this.one('Cast', [value], { dtype, shape: value.shape, order: value.order }, { to: elementTypeNumber(dtype) });
  }

  /** As {@link GraphBuilder.make}, for nodes of one output. */
  one(operator: string, inputs: readonly (Value | undefined)[], output: OutputFacts, attributes: NodeParts['attributes'] = {}): Value {
    const [value] = this.make(operator, inputs, { attributes, outputs: [output] });
    if (value === undefined) throw new Error(`${operator} was made without an output`);
    return value;
  }

  /** A constant. Equal small ones are stored once. */
  stored(constant: StoredTensor): Value {
    const { dtype, shape } = constant;
    const isList = (dtype === 'INT32' || dtype === 'INT64') && shape.length <= 1 && elementCount(shape) <= LONGEST_LIST;
    return { name: '', dtype, shape, constant, elements: isList ? numbersOf(constant) : undefined };
  }

  /** A scalar. */
  scalar(dtype: Exclude<DType, 'BYTES'>, number: number | bigint): Value {
    return this.stored(storedNumbers(dtype, [], [number]));
  }

  /** A list of 64-bit integers, as ONNX has axes and shapes. */
  list(numbers: readonly number[]): Value {
    return this.stored(storedTensor('INT64', [numbers.length], BigInt64Array.from(numbers, BigInt)));
  }

  /** A name in the graph; a constant gets one when it is first used. */
  nameOf({ name, constant }: Value): string {
    if (constant === undefined) return name;
    const stored = this.#shared(constant);
    const known = this.#constantNames.get(stored);
    if (known !== undefined) return known;
    const fresh = this.#nameFor(`${this.#origin}/constant`);
    this.#constantNames.set(stored, fresh);
    this.initializers.set(fresh, stored);
    return fresh;
  }

  /** A name for something that the caller adds itself. */
  reserve(name: string): string {
    return this.#nameFor(name);
  }

  #shared(constant: StoredTensor): StoredTensor {
    if (constant.dtype === 'BYTES' || elementCount(constant.shape) > 64) return constant;
    const data = constant.read() as NodeJS.ArrayBufferView;
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
    const key = `${constant.dtype} ${constant.shape} ${bytes}`;
    const known = this.#smallConstants.get(key);
    if (known === undefined) this.#smallConstants.set(key, constant);
    return known ?? constant;
  }

  #nameFor(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#names.has(name); count++) name = `${wanted}_${count}`;
    this.#names.add(name);
    return name;
  }
}

type KnownList = OutputFacts & { readonly dtype: 'INT32' | 'INT64'; readonly shape: readonly number[]; readonly elements: readonly number[] };

/** Sizes of axes may be known without the numbers in the tensor that has them. */
function isKnownList(facts: OutputFacts): facts is KnownList {
  const { dtype, shape, elements, order } = facts;
  if ((dtype !== 'INT32' && dtype !== 'INT64') || order !== undefined || elements === undefined || shape === undefined) return false;
  return shape.every((size) => typeof size === 'number') && elements.every((each) => typeof each === 'number') && elementCount(shape) === elements.length;
}

/** `undefined`: what such a node gives may differ each time, or its attributes are too large to compare. */
function keyOf(operator: string, inputs: readonly string[], { attributes, domain }: Pick<NodeToWrite, 'attributes' | 'domain'>): string | undefined {
  if (operator.startsWith('Random')) return undefined;
  for (const value of Object.values(attributes)) {
    if (typeof value === 'object' && ('graph' in value || 'tensor' in value)) return undefined;
  }
  return JSON.stringify([operator, domain, inputs, attributes]);
}

/** The numbers of a small constant; `undefined` when it is none, or large. */
export function knownNumbers({ constant }: Value): readonly number[] | undefined {
  if (constant === undefined || elementCount(constant.shape) > SMALL) return undefined;
  return numbersOf(constant);
}
