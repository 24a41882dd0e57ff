import { type AttributeValue, constant, node, type NodeInit, type TensorInit } from './graph-builder.ts';
import type { Addition, Known, RandomGraph } from './random-graph.ts';

/** Proposes something to add; ONNX Runtime decides whether it is valid. `undefined`: there is nothing to add it to. */
export type Template = (graph: RandomGraph) => Addition | undefined;

/** Collects what one template adds. */
class Draft {
  readonly graph: RandomGraph;
  readonly nodes: NodeInit[] = [];
  readonly constants: TensorInit[] = [];

  constructor(graph: RandomGraph) {
    this.graph = graph;
  }

  add(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}, outputs = 1): string[] {
    const names = Array.from({ length: outputs }, () => this.graph.fresh());
    this.nodes.push(node(operator, inputs, names, attributes));
    return names;
  }

  one(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.add(operator, inputs, attributes)[0] ?? '';
  }

  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const name = this.graph.fresh('c');
    this.constants.push(constant(name, 'int64', shape, values));
    return name;
  }

  /** Weights of random quarters. */
  weights(shape: readonly number[]): string {
    const name = this.graph.fresh('c');
    const { random } = this.graph;
    const count = shape.reduce((product, size) => product * size, 1);
    this.constants.push(constant(name, 'float', shape, Array.from({ length: count }, () => random.between(-6, 6) / 4)));
    return name;
  }

  floats(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const name = this.graph.fresh('c');
    this.constants.push(constant(name, 'float', shape, values));
    return name;
  }

  bytes(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const name = this.graph.fresh('c');
    this.constants.push(constant(name, 'uint8', shape, values));
    return name;
  }
}

/** A build that finds nothing to add to leaves the draft empty. */
function template(build: (draft: Draft, graph: RandomGraph) => void): Template {
  return (graph) => {
    const draft = new Draft(graph);
    build(draft, graph);
    return draft.nodes.length === 0 ? undefined : { nodes: draft.nodes, constants: draft.constants };
  };
}

/** A value of some type and rank, later ones more often. */
function pick(graph: RandomGraph, type: string, fits: (dims: readonly number[]) => boolean = () => true): Known | undefined {
  const candidates = graph.values.filter(({ tensor }) => tensor.type === type && fits(tensor.dims));
  if (candidates.length === 0) return undefined;
  const recent = candidates.slice(-4);
  return graph.random.chance(0.7) ? graph.random.pick(recent) : graph.random.pick(candidates);
}

const float = (graph: RandomGraph, fits?: (dims: readonly number[]) => boolean): Known | undefined => pick(graph, 'float32', fits);
const ofRank = (...ranks: readonly number[]) => (dims: readonly number[]): boolean => ranks.includes(dims.length);

/** An axis of a tensor, counted from the front or the end. */
function axisOf(graph: RandomGraph, dims: readonly number[]): number {
  const axis = graph.random.between(0, Math.max(0, dims.length - 1));
  return graph.random.chance(0.3) ? axis - dims.length : axis;
}

const UNARY = ['Abs', 'Neg', 'Relu', 'Tanh', 'Sigmoid', 'Exp', 'Identity', 'Erf', 'Softplus', 'HardSigmoid', 'LeakyRelu', 'Sign', 'Floor', 'Elu', 'Softsign', 'Sqrt'];
const BINARY = ['Add', 'Sub', 'Mul', 'Max', 'Min', 'Mean', 'Sum', 'PRelu'];
const COMPARE = ['Greater', 'Less', 'Equal', 'GreaterOrEqual'];

const unary = template((draft, graph) => {
  const x = float(graph);
  if (x === undefined) return;
  draft.add(graph.random.pick(UNARY), [x.name]);
});

/** A shape that broadcasts against another: sizes become 1 or stay, leading ones go or come. */
function broadcastable(graph: RandomGraph, dims: readonly number[]): number[] {
  const { random } = graph;
  const sizes = dims.map((size) => (random.chance(0.5) ? 1 : size)).slice(random.chance(0.5) ? random.between(0, dims.length) : 0);
  return random.chance(0.15) ? [random.pick([1, 2]), ...sizes] : sizes;
}

const binary = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph);
  if (x === undefined) return;
  const y = random.chance(0.5) ? draft.weights(broadcastable(graph, x.tensor.dims)) : (float(graph, (dims) => Math.abs(dims.length - x.tensor.dims.length) < 2)?.name ?? x.name);
  const operands = random.chance(0.5) ? [x.name, y] : [y, x.name];
  draft.add(random.pick(BINARY), operands);
});

const where = template((draft, graph) => {
  const { random } = graph;
  const [x, y] = [float(graph), float(graph)];
  if (x === undefined || y === undefined) return;
  const condition = draft.one(random.pick(COMPARE), [x.name, random.chance(0.5) ? y.name : draft.weights(broadcastable(graph, x.tensor.dims))]);
  const operands = random.chance(0.5) ? [x.name, y.name] : [draft.weights([]), y.name];
  draft.add('Where', [condition, ...operands]);
});

const cast = template((draft, graph) => {
  const x = graph.random.pick(graph.values);
  draft.add('Cast', [x.name], { to: graph.random.pick([1, 1, 7, 9]) });
});

const clip = template((draft, graph) => {
  const x = float(graph);
  if (x === undefined || graph.opset < 11) return;
  draft.add('Clip', [x.name, draft.floats([-1], []), draft.floats([1.5], [])]);
});

const matmul = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined) return;
  const { dims } = x.tensor;
  const left = random.chance(0.5);
  if (random.chance(0.3)) {
    const y = float(graph, (other) => other.length > 0 && dims.at(-1) === (other.at(-2) ?? other.at(-1)));
    if (y === undefined) return;
    draft.add('MatMul', [x.name, y.name]);
    return;
  }
  const inner = (left ? dims.at(-1) : (dims.at(-2) ?? dims[0])) ?? 1;
  const outer = random.chance(0.2) ? [random.pick([1, 2, ...dims.slice(0, 1)])] : [];
  const other = draft.weights(random.chance(0.1) ? [inner] : left ? [...outer, inner, random.between(1, 4)] : [...outer, random.between(1, 4), inner]);
  draft.add('MatMul', left ? [x.name, other] : [other, x.name]);
});

const gemm = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, ofRank(2));
  if (x === undefined) return;
  const [transA, transB, isLeft] = [random.between(0, 1), random.between(0, 1), random.chance(0.7)];
  const [rows = 1, columns = 1] = x.tensor.dims;
  if (isLeft) {
    const [m, inner] = transA === 1 ? [columns, rows] : [rows, columns];
    const n = random.between(1, 4);
    const added = random.pick([[n], [1, n], [m, n], [m, 1], [1], []]);
    const other = draft.weights(transB === 1 ? [n, inner] : [inner, n]);
    draft.add('Gemm', [x.name, other, ...(random.chance(0.6) ? [draft.weights(added)] : [])], { transA, transB });
    return;
  }
  const [n, inner] = transB === 1 ? [rows, columns] : [columns, rows];
  const m = random.between(1, 4);
  const other = draft.weights(transA === 1 ? [inner, m] : [m, inner]);
  draft.add('Gemm', [other, x.name, ...(random.chance(0.3) ? [draft.weights([n])] : [])], { transA, transB });
});

const EQUATIONS = ['ij,jk->ik', 'ij,kj->ki', 'ij,ik->ijk', 'ijk,ikl->ijl', 'ij->ji', 'ij->i', 'ij->j', 'ij,ij->i', 'ij,ij', 'ij,ij->j', 'ijk->kij', 'bij,jk->bik', 'ij,ij->ij', 'ii->i', 'ij,k->ikj', 'ij,jk'];
const einsum = template((draft, graph) => {
  if (graph.opset < 12) return;
  const { random } = graph;
  const equation = random.pick(EQUATIONS);
  const terms = (equation.split('->')[0] ?? '').split(',');
  const first = float(graph, ofRank((terms[0] ?? '').length));
  if (first === undefined) return;
  const sizes = new Map((terms[0] ?? '').split('').map((letter, axis) => [letter, first.tensor.dims[axis] ?? 1]));
  const others = terms.slice(1).map((term) => {
    if (random.chance(0.5)) return float(graph, ofRank(term.length))?.name ?? first.name;
    return draft.weights(term.split('').map((letter) => sizes.get(letter) ?? random.between(1, 3)));
  });
  draft.add('Einsum', [first.name, ...others], { equation });
});

const softmax = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined) return;
  const attributes: Record<string, AttributeValue> = random.chance(0.2) ? {} : { axis: axisOf(graph, x.tensor.dims) };
  draft.add(random.pick(['Softmax', 'LogSoftmax', 'Hardmax', 'Softmax', 'LpNormalization']), [x.name], attributes);
});

/** Reductions whose axes are an input from this opset on. */
const REDUCTIONS: readonly (readonly [string, number])[] = [
  ['ReduceSum', 13], ['ReduceMean', 18], ['ReduceMax', 18], ['ReduceMin', 18], ['ReduceL2', 18], ['ReduceLogSumExp', 18], ['ReduceProd', 18],
];
const reduce = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined) return;
  const [operator, since] = random.pick(REDUCTIONS);
  const { dims } = x.tensor;
  const axes = random.shuffled(dims.map((_, axis) => axis)).slice(0, random.between(0, Math.min(2, dims.length))).map((axis) => (random.chance(0.3) ? axis - dims.length : axis));
  const attributes: Record<string, AttributeValue> = random.chance(0.5) ? { keepdims: random.between(0, 1) } : {};
  if (random.chance(0.3)) {
    const value = random.between(0, 1);
    if (graph.opset >= since) attributes['noop_with_empty_axes'] = value;
  }
  if (graph.opset >= since) draft.add(operator, random.chance(0.85) ? [x.name, draft.integers(axes)] : [x.name], attributes);
  else draft.add(operator, [x.name], axes.length === 0 ? attributes : { ...attributes, axes });
});

const argument = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined) return;
  draft.add(random.pick(['ArgMax', 'ArgMin']), [x.name], { axis: axisOf(graph, x.tensor.dims), keepdims: random.between(0, 1) });
});

const topK = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined || graph.opset < 11) return;
  draft.add('TopK', [x.name, draft.integers([random.between(1, 2)])], { axis: axisOf(graph, x.tensor.dims), largest: random.between(0, 1) }, 2);
});

const cumulative = template((draft, graph) => {
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined || graph.opset < 11) return;
  draft.add('CumSum', [x.name, draft.integers([axisOf(graph, x.tensor.dims)], [])], { exclusive: graph.random.between(0, 1), reverse: graph.random.between(0, 1) });
});

const transpose = template((draft, graph) => {
  const { random } = graph;
  const x = random.pick(graph.values);
  if (x.tensor.dims.length < 2) return;
  const perm = random.shuffled(x.tensor.dims.map((_, axis) => axis));
  draft.add('Transpose', [x.name], random.chance(0.2) ? {} : { perm });
});

/** Sizes with this product, in another cut. */
function refactor(graph: RandomGraph, dims: readonly number[]): number[] {
  const { random } = graph;
  const factors = dims.flatMap((size) => primesOf(size));
  const ordered = random.chance(0.8) ? factors : random.shuffled(factors);
  const sizes: number[] = [];
  for (const factor of ordered) {
    if (sizes.length > 0 && random.chance(0.4)) sizes.push((sizes.pop() ?? 1) * factor);
    else sizes.push(factor);
  }
  if (random.chance(0.2)) sizes.splice(random.between(0, sizes.length), 0, 1);
  return sizes.length === 0 ? [1] : sizes;
}

function primesOf(size: number): number[] {
  for (let prime = 2; prime <= size; prime++) if (size % prime === 0) return [prime, ...primesOf(size / prime)];
  return [];
}

const reshape = template((draft, graph) => {
  const { random } = graph;
  const x = random.pick(graph.values);
  const sizes = refactor(graph, x.tensor.dims);
  const open = sizes.findIndex((size) => size % 5 === 0);
  const at = open === -1 || random.chance(0.2) ? random.between(0, sizes.length - 1) : open;
  const target = sizes.map((size, axis) => (axis === at ? -1 : size === x.tensor.dims[axis] && random.chance(0.3) ? 0 : size));
  draft.add('Reshape', [x.name, draft.integers(target)]);
});

/** The new shape is put together from the sizes of a value. */
const reshapeBySizes = template((draft, graph) => {
  const { random } = graph;
  const x = random.pick(graph.values);
  const { dims } = x.tensor;
  if (dims.length === 0) return;
  const shape = draft.one('Shape', [x.name]);
  const target = refactor(graph, dims);
  const part = (size: number): string => {
    const axis = dims.indexOf(size);
    if (axis !== -1 && random.chance(0.8)) return draft.one('Gather', [shape, draft.integers([axis])]);
    const [first, second] = dims.flatMap((left, a) => dims.flatMap((right, b) => (a < b && left * right === size ? [[a, b]] : [])))[0] ?? [];
    if (first === undefined || second === undefined) return draft.integers([size]);
    return draft.one('Mul', [draft.one('Gather', [shape, draft.integers([first])]), draft.one('Gather', [shape, draft.integers([second])])]);
  };
  const parts = target.map((size) => (random.chance(0.1) ? draft.integers([-1]) : part(size)));
  draft.add('Reshape', [x.name, draft.one('Concat', parts, { axis: 0 })]);
});

const flatten = template((draft, graph) => {
  const x = float(graph);
  if (x === undefined) return;
  draft.add('Flatten', [x.name], { axis: graph.random.between(0, x.tensor.dims.length) });
});

const squeeze = template((draft, graph) => {
  const { random } = graph;
  const x = random.pick(graph.values.filter(({ tensor }) => tensor.dims.includes(1)).concat(random.pick(graph.values)));
  const axes = x.tensor.dims.flatMap((size, axis) => (size === 1 && random.chance(0.6) ? [axis] : []));
  if (axes.length === 0 || random.chance(0.2)) draft.add('Squeeze', [x.name]);
  else if (graph.opset < 13) draft.add('Squeeze', [x.name], { axes });
  else draft.add('Squeeze', [x.name, draft.integers(axes)]);
});

const unsqueeze = template((draft, graph) => {
  const { random } = graph;
  const x = random.pick(graph.values);
  const rank = x.tensor.dims.length;
  const axes = random.shuffled(Array.from({ length: rank + 1 }, (_, axis) => axis)).slice(0, random.chance(0.3) ? 2 : 1);
  if (graph.opset < 13) draft.add('Unsqueeze', [x.name], { axes });
  else draft.add('Unsqueeze', [x.name, draft.integers(axes)]);
});

const concat = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined) return;
  const { dims } = x.tensor;
  const axis = axisOf(graph, dims);
  const front = axis < 0 ? axis + dims.length : axis;
  const like = float(graph, (other) => other.length === dims.length && other.every((size, at) => at === front || size === dims[at]));
  const other = random.chance(0.6) ? (like?.name ?? x.name) : draft.weights(dims.with(front, random.between(1, 2)));
  draft.add('Concat', random.chance(0.5) ? [x.name, other] : [other, x.name], { axis });
});

const split = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.some((size) => size % 2 === 0));
  if (x === undefined) return;
  const even = x.tensor.dims.flatMap((size, axis) => (size % 2 === 0 ? [axis] : []));
  const attributes: Record<string, AttributeValue> = { axis: random.chance(0.9) ? random.pick(even) : axisOf(graph, x.tensor.dims) };
  draft.add('Split', [x.name], graph.opset < 18 ? attributes : { ...attributes, num_outputs: 2 }, 2);
});

const slice = template((draft, graph) => {
  const { random } = graph;
  const x = random.pick(graph.values);
  const { dims } = x.tensor;
  if (dims.length === 0 || graph.opset < 10) return;
  const axis = axisOf(graph, dims);
  const end = random.pick([1, 2, -1, 2 ** 31 - 1, Number.MAX_SAFE_INTEGER, 5]);
  const [start, step] = random.chance(0.15) ? [-1, -1] : [random.pick([0, 0, 0, 1, -1, -2]), random.pick([1, 1, 1, 2])];
  const stop = step < 0 ? -(2 ** 31) : end;
  draft.add('Slice', [x.name, draft.integers([start]), draft.integers([stop]), draft.integers([axis]), draft.integers([step])]);
});

const pad = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined || graph.opset < 11) return;
  const rank = x.tensor.dims.length;
  const pads = Array.from({ length: rank * 2 }, () => (random.chance(0.25) ? random.pick([1, 1, -1]) : 0));
  draft.add('Pad', [x.name, draft.integers(pads)], { mode: random.pick(['constant', 'constant', 'edge', 'reflect']) });
});

const tile = template((draft, graph) => {
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined) return;
  draft.add('Tile', [x.name, draft.integers(x.tensor.dims.map(() => graph.random.pick([1, 1, 2])))]);
});

const expand = template((draft, graph) => {
  const { random } = graph;
  const x = random.chance(0.7) ? float(graph) : undefined;
  const like = random.pick(graph.values);
  const name = x?.name ?? draft.weights(broadcastable(graph, like.tensor.dims));
  if (random.chance(0.6)) draft.add('Expand', [name, draft.one('Shape', [like.name])]);
  else draft.add('Expand', [name, draft.integers([random.pick([1, 2, 3]), ...(x?.tensor.dims ?? [1]).map((size) => random.pick([1, size, size]))])]);
});

const sizes = template((draft, graph) => {
  const { random } = graph;
  const x = random.pick(graph.values);
  const shape = draft.one(random.pick(['Shape', 'Shape', 'Shape', 'Size']), [x.name]);
  const rank = x.tensor.dims.length;
  const kind = random.between(0, 5);
  if (kind === 0) draft.add('Cast', [shape], { to: 1 });
  else if (kind === 1) draft.add('ConstantOfShape', [shape]);
  else if (rank === 0) return;
  else if (kind === 2) draft.add('Range', [draft.integers([0], []), draft.one('Gather', [shape, draft.integers([axisOf(graph, x.tensor.dims)], [])]), draft.integers([1], [])]);
  else if (kind === 3) draft.add('Gather', [shape, draft.integers([axisOf(graph, x.tensor.dims)], [])]);
  else if (kind === 4) draft.add('ConstantOfShape', [draft.one('Concat', [draft.one('Gather', [shape, draft.integers([axisOf(graph, x.tensor.dims)])]), draft.integers([random.between(1, 3)])], { axis: 0 })]);
  else draft.add(random.pick(['Add', 'Sub', 'Mul']), [shape, draft.integers([random.between(-1, 2)])]);
});

/** Lookups by stored indices, or by those that a value holds. */
const gather = template((draft, graph) => {
  const { random } = graph;
  const x = random.chance(0.7) ? float(graph, (dims) => dims.length > 0) : undefined;
  const indices = pick(graph, 'int64');
  const dims = x?.tensor.dims ?? [4, 3];
  const data = x?.name ?? draft.weights(dims);
  const stored = random.pick([draft.integers([0], []), draft.integers([0, 0]), draft.integers([0, -1, 0, 0], [2, 2])]);
  draft.add('Gather', [data, x === undefined || random.chance(0.4) ? (indices?.name ?? stored) : stored], { axis: axisOf(graph, dims) });
});

const gatherElements = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined || graph.opset < 11) return;
  const { dims } = x.tensor;
  const axis = axisOf(graph, dims);
  const own = pick(graph, 'int64', (other) => other.length === dims.length)?.name;
  const best = random.chance(0.5) ? draft.one('ArgMax', [x.name], { axis: axisOf(graph, dims), keepdims: 1 }) : own;
  const front = axis < 0 ? axis + dims.length : axis;
  const indices = best ?? draft.integers(Array.from({ length: dims.with(front, 1).reduce((a, b) => a * b, 1) }, () => 0), dims.with(front, 1));
  if (random.chance(0.6)) draft.add('GatherElements', [random.chance(0.2) ? draft.weights(dims) : x.name, indices], { axis });
  else draft.add('ScatterElements', [random.chance(0.2) ? draft.weights(dims) : x.name, indices, random.chance(0.5) ? x.name : draft.weights(dims.with(front, 1))], { axis });
});

const gatherNd = template((draft, graph) => {
  const { random } = graph;
  if (graph.opset < 12) return;
  const x = float(graph, (dims) => dims.length > 1);
  if (x === undefined) return;
  const { dims } = x.tensor;
  const own = pick(graph, 'int64', (other) => other.length > 0 && (other.at(-1) ?? 9) <= dims.length);
  const isOwn = random.chance(0.6) && own !== undefined;
  const stored = draft.integers([0, 0], random.pick([[2, 1], [1, 2]]));
  const data = random.chance(0.3) ? draft.weights([2, 2, 3]) : x.name;
  draft.add('GatherND', [data, isOwn ? own.name : stored], random.chance(0.5) ? { batch_dims: 1 } : {});
});

const scatterNd = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 1);
  if (x === undefined || graph.opset < 11) return;
  const { dims } = x.tensor;
  const updates = draft.one('Gather', [x.name, draft.integers([0, 0])], { axis: random.chance(0.7) ? 0 : 1 });
  draft.add('ScatterND', [random.chance(0.8) ? x.name : draft.weights(dims), draft.integers([0, 1], [2, 1]), updates]);
});

const oneHot = template((draft, graph) => {
  const x = pick(graph, 'int64', (dims) => dims.length < 4);
  if (x === undefined || graph.opset < 11) return;
  draft.add('OneHot', [x.name, draft.integers([3], []), draft.floats([0, 1])], { axis: axisOf(graph, [...x.tensor.dims, 1]) });
});

const compress = template((draft, graph) => {
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined) return;
  const condition = draft.one('Cast', [draft.integers([1, 0, 1].slice(0, graph.random.between(1, 3)))], { to: 9 });
  draft.add('Compress', [x.name, condition], graph.random.chance(0.2) ? {} : { axis: axisOf(graph, x.tensor.dims) });
});

const reverseSequence = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 1);
  if (x === undefined || graph.opset < 10) return;
  const axes = random.shuffled([0, 1]);
  const [time = 0, batch = 1] = axes;
  const count = x.tensor.dims[batch] ?? 1;
  const own = pick(graph, 'int64', (dims) => dims.length === 1 && dims[0] === count);
  const longest = Math.max(1, x.tensor.dims[time] ?? 1);
  const stored = draft.integers(Array.from({ length: count }, () => random.between(1, longest)));
  const lengths = own !== undefined && random.chance(0.7) ? draft.one('Min', [draft.one('Add', [own.name, draft.integers([1])]), draft.integers([longest])]) : stored;
  draft.add('ReverseSequence', [x.name, lengths], { time_axis: time, batch_axis: batch });
});

const triangle = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 1);
  if (x === undefined) return;
  if (graph.opset >= 14 && random.chance(0.8)) draft.add('Trilu', [x.name], { upper: random.between(0, 1) });
  else if (x.tensor.dims.length === 2) draft.add('EyeLike', [x.name]);
  else return;
});

const convolution = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, ofRank(3, 4));
  if (x === undefined) return;
  const [, channels = 1, ...places] = x.tensor.dims;
  const kernel = places.map((size) => random.between(1, Math.min(size, 2)));
  const pads = random.chance(0.5) ? places.concat(places).map(() => 1) : undefined;
  const filters = random.between(1, 3);
  const attributes: Record<string, AttributeValue> = { ...(pads === undefined ? {} : { pads }), strides: places.map(() => random.between(1, 2)) };
  if (random.chance(0.75)) draft.add('Conv', [x.name, draft.weights([filters, channels, ...kernel]), ...(random.chance(0.5) ? [draft.weights([filters])] : [])], attributes);
  else draft.add('ConvTranspose', [x.name, draft.weights([channels, filters, ...kernel])], attributes);
});

const pool = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, ofRank(3, 4));
  if (x === undefined) return;
  const places = x.tensor.dims.slice(2);
  const operator = random.pick(['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'MaxPool', 'LpPool']);
  if (operator.startsWith('Global')) draft.add(operator, [x.name]);
  else {
    const attributes = { kernel_shape: places.map((size) => random.between(1, Math.min(size, 2))), strides: places.map(() => random.between(1, 2)), ...(random.chance(0.3) ? { auto_pad: 'SAME_UPPER' } : {}) };
    draft.add(operator, [x.name], attributes, operator === 'MaxPool' && random.chance(0.4) ? 2 : 1);
  }
});

const normalization = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 1);
  if (x === undefined) return;
  const { dims } = x.tensor;
  const channels = dims[1] ?? 1;
  const kind = random.between(0, 5);
  if (kind === 0) draft.add('BatchNormalization', [x.name, ...[0, 1, 2].map(() => draft.weights([channels])), draft.floats(Array.from({ length: channels }, () => 1))]);
  else if (kind === 1 && dims.length > 2) draft.add('InstanceNormalization', [x.name, draft.weights([channels]), draft.weights([channels])]);
  else if (kind === 2 && graph.opset >= 17) {
    const axis = axisOf(graph, dims);
    const shape = dims.slice(axis < 0 ? axis + dims.length : axis);
    draft.add('LayerNormalization', [x.name, draft.weights(shape), ...(random.chance(0.5) ? [draft.weights(shape)] : [])], { axis }, random.chance(0.3) ? 3 : 1);
  } else if (kind === 3 && dims.length === 4) draft.add('LRN', [x.name], { size: 3, alpha: { float: 1 } });
  else if (kind === 4) draft.add('MeanVarianceNormalization', [x.name], { axes: random.shuffled(dims.map((_, axis) => axis)).slice(0, random.between(1, 2)) });
  else if (graph.opset >= 21 && dims.length > 2) draft.add('GroupNormalization', [x.name, draft.weights([channels]), draft.weights([channels])], { num_groups: 1 });
  else return;
});

const dropout = template((draft, graph) => {
  const x = float(graph);
  if (x === undefined) return;
  draft.add('Dropout', [x.name]);
});

const resize = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, ofRank(2, 3, 4));
  if (x === undefined || graph.opset < 11) return;
  const { dims } = x.tensor;
  const inner = dims.map((size, axis) => (axis < dims.length - 2 && random.chance(0.85) ? 1 : random.pick([1, 1, 2])));
  const mode = random.pick(['nearest', 'linear']);
  const attributes = { mode, ...(random.chance(0.3) ? { coordinate_transformation_mode: random.pick(['asymmetric', 'align_corners']) } : {}) };
  const roi = graph.opset < 13 ? draft.floats([]) : '';
  if (random.chance(0.5)) draft.add('Resize', [x.name, roi, draft.floats(inner)], attributes);
  else {
    const shape = draft.one('Shape', [x.name]);
    const cut = random.between(1, dims.length - 1);
    const head = draft.one('Slice', [shape, draft.integers([0]), draft.integers([cut]), draft.integers([0])]);
    const target = draft.one('Concat', [head, draft.integers(dims.slice(cut).map((size) => size * random.pick([1, 2])))], { axis: 0 });
    const none = graph.opset < 13 ? draft.floats([]) : '';
    draft.add('Resize', [x.name, roi, none, target], attributes);
  }
});

const depthToSpace = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, ofRank(4));
  if (x === undefined) return;
  draft.add(random.pick(['DepthToSpace', 'SpaceToDepth']), [x.name], { blocksize: random.pick([1, 2]) });
});

const recurrent = template((draft, graph) => {
  const { random } = graph;
  const found = float(graph, ofRank(3));
  if (found === undefined) return;
  const isTurned = random.chance(0.7);
  const [first = 1, second = 1, features = 1] = found.tensor.dims;
  const [steps, rows] = isTurned ? [second, first] : [first, second];
  const x = isTurned ? { name: draft.one('Transpose', [found.name], { perm: [1, 0, 2] }) } : found;
  const operator = random.pick(['LSTM', 'GRU', 'RNN']);
  const gates = { LSTM: 4, GRU: 3, RNN: 1 }[operator] ?? 1;
  const hidden = random.between(1, 2);
  const isBoth = random.chance(0.4);
  const directions = isBoth ? 2 : 1;
  const inputs = [x.name, draft.weights([directions, gates * hidden, features]), draft.weights([directions, gates * hidden, hidden]), draft.weights([directions, 2 * gates * hidden])];
  const own = pick(graph, 'int64', (dims) => dims.length === 1 && dims[0] === rows);
  const lengths = own !== undefined && random.chance(0.6) ? draft.one('Cast', [draft.one('Min', [draft.one('Add', [own.name, draft.integers([1])]), draft.integers([steps])])], { to: 6 }) : '';
  const state = float(graph, (dims) => dims.join() === [directions, rows, hidden].join());
  const initial = random.chance(0.5) ? (state?.name ?? draft.weights([directions, rows, hidden])) : '';
  draft.add(operator, [...inputs, lengths, ...(initial === '' ? [] : [initial])], { hidden_size: hidden, direction: isBoth ? 'bidirectional' : random.pick(['forward', 'reverse']) }, operator === 'LSTM' ? 3 : 2);
});

const quantized = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 0);
  if (x === undefined || graph.opset < 13) return;
  const { dims } = x.tensor;
  const kind = random.between(0, 3);
  if (kind === 0) {
    const [bytes = '', scale = '', zero = ''] = draft.add('DynamicQuantizeLinear', [x.name], {}, 3);
    draft.add('DequantizeLinear', [bytes, scale, zero]);
    return;
  }
  const axis = axisOf(graph, dims);
  const channels = dims.at(axis) ?? 1;
  const isEach = random.chance(0.4);
  const scale = isEach ? draft.floats(Array.from({ length: channels }, (_, at) => 0.1 + at / 10)) : draft.floats([0.1], []);
  const zero = isEach ? draft.bytes(Array.from({ length: channels }, () => 100)) : draft.bytes([100], []);
  const bytes = draft.one('QuantizeLinear', [x.name, scale, zero], isEach ? { axis } : {});
  if (kind === 1) draft.add('DequantizeLinear', [bytes, scale, zero], isEach ? { axis } : {});
  else if (kind === 2) {
    const inner = dims.at(-1) ?? 1;
    const zeros = random.chance(0.5) ? draft.bytes([3], []) : draft.bytes(Array.from({ length: dims.at(-2) ?? 1 }, (_, at) => at));
    const product = draft.one('MatMulInteger', [bytes, draft.bytes(Array.from({ length: inner * 2 }, (_, at) => at), [inner, 2]), zeros]);
    draft.add('Cast', [product], { to: 1 });
  } else draft.add('Cast', [bytes], { to: 1 });
});

const attention = template((draft, graph) => {
  const { random } = graph;
  if (graph.opset < 23) return;
  const x = float(graph, ofRank(4));
  if (x === undefined) return;
  const like = float(graph, (dims) => dims.join() === x.tensor.dims.join()) ?? x;
  const [rows = 1, heads = 1, steps = 1] = x.tensor.dims;
  const mask = random.pick([[steps, steps], [1, 1, steps, steps], [rows, heads, steps, steps], [heads, steps, steps]]);
  draft.add('Attention', [x.name, like.name, x.name, ...(random.chance(0.5) ? [draft.weights(mask)] : [])], random.chance(0.3) ? { is_causal: 1 } : {});
});

const classic = template((draft, graph) => {
  const { random } = graph;
  const kind = random.between(0, 5);
  if (kind === 0) {
    const ids = pick(graph, 'int64', (dims) => dims.length < 4);
    if (ids === undefined) return;
    draft.add('ai.onnx.ml::OneHotEncoder', [ids.name], { cats_int64s: [0, 1], zeros: 1 });
    return;
  }
  const x = float(graph, kind === 5 ? (dims) => dims.length > 0 : ofRank(1, 2, 3));
  if (x === undefined) return;
  const features = x.tensor.dims.at(-1) ?? 1;
  const quarters = (count: number): { floats: number[] } => ({ floats: Array.from({ length: count }, () => random.between(-6, 6) / 4) });
  if (kind === 1) draft.add('ai.onnx.ml::Normalizer', [x.name], { norm: random.pick(['MAX', 'L1', 'L2']) });
  else if (kind === 2) draft.add('ai.onnx.ml::Scaler', [x.name], { offset: quarters(features), scale: quarters(features) });
  else if (kind === 3) draft.add('ai.onnx.ml::LinearRegressor', [x.name], { coefficients: quarters(2 * features), intercepts: quarters(2), targets: 2, post_transform: random.pick(['NONE', 'SOFTMAX']) });
  else if (kind === 4) draft.add('ai.onnx.ml::LinearClassifier', [x.name], { coefficients: quarters(3 * features), intercepts: quarters(3), classlabels_ints: [0, 1, 2], post_transform: random.pick(['NONE', 'SOFTMAX', 'LOGISTIC']) }, 2);
  else draft.add('ai.onnx.ml::ArrayFeatureExtractor', [x.name, draft.integers([0])]);
});

/** What ONNX Runtime itself fuses. */
const fused = template((draft, graph) => {
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 1);
  if (x === undefined) return;
  const { dims } = x.tensor;
  const [last = 1, rows = 1] = [dims.at(-1), dims.at(-2)];
  const like = float(graph, (other) => other.join() === dims.join())?.name ?? x.name;
  const kind = random.between(0, 8);
  if (kind === 0) {
    const [transA, transB] = [random.between(0, 1), random.between(0, 1)];
    const inner = transA === 1 ? rows : last;
    draft.add('com.microsoft::FusedMatMul', [x.name, draft.weights(transB === 1 ? [2, inner] : [inner, 2])], { transA, transB, alpha: { float: 0.5 } });
  } else if (kind === 1) draft.add(`com.microsoft::${random.pick(['BiasGelu', 'FastGelu'])}`, [x.name, draft.weights([last])]);
  else if (kind === 2) draft.add('com.microsoft::QuickGelu', [x.name]);
  else if (kind === 3) {
    const skip = random.chance(0.6) ? like : draft.weights(random.pick([dims, dims.slice(1), [1, ...dims.slice(1)]]));
    draft.add(`com.microsoft::${random.pick(['SkipLayerNormalization', 'SkipSimplifiedLayerNormalization'])}`, [x.name, skip, draft.weights([last])]);
  } else if (kind === 4) {
    const bytes = draft.one('QuantizeLinear', [x.name, draft.floats([0.1], []), draft.bytes([100], [])]);
    const scaled = [draft.floats([0.1], []), draft.bytes([100], [])];
    const sum = random.chance(0.5)
      ? draft.one(`com.microsoft::${random.pick(['QLinearAdd', 'QLinearMul'])}`, [bytes, ...scaled, bytes, ...scaled, ...scaled])
      : draft.one('com.microsoft::QLinearSoftmax', [bytes, ...scaled, draft.floats([1 / 256], []), draft.bytes([0], [])], { axis: axisOf(graph, dims), opset: random.pick([11, 13]) });
    draft.add('Cast', [sum], { to: 1 });
  } else if (kind === 5) draft.add('com.microsoft::MultiHeadAttention', [x.name, like, random.pick([x.name, like])], { num_heads: 1 });
  else if (kind === 6) {
    const weight = draft.bytes(Array.from({ length: last * 2 }, (_, at) => at), [last, 2]);
    const bytes = draft.one('QuantizeLinear', [x.name, draft.floats([0.1], []), draft.bytes([100], [])]);
    draft.add('com.microsoft::MatMulIntegerToFloat', [bytes, weight, draft.floats([0.1], []), draft.floats([0.5, 0.25]), draft.bytes([100], []), draft.bytes([3], [])]);
  } else if (kind === 7) draft.add('com.microsoft::DynamicQuantizeMatMul', [x.name, draft.bytes(Array.from({ length: last * 2 }, (_, at) => at), [last, 2]), draft.floats([0.5], [])]);
  else draft.add('com.microsoft::Inverse', [x.name]);
});

const signal = template((draft, graph) => {
  const { random } = graph;
  const kind = random.between(0, 4);
  if (kind === 0) {
    const x = float(graph, (dims) => dims.length > 1 && (dims.at(-1) ?? 0) <= 2);
    if (x === undefined || graph.opset < 17) return;
    const axis = axisOf(graph, x.tensor.dims);
    if (graph.opset < 20) draft.add('DFT', [x.name], { axis });
    else draft.add('DFT', [x.name, '', draft.integers([axis], [])]);
    return;
  }
  const x = float(graph, kind === 1 ? (dims) => dims.length > 1 && dims.at(-1) === dims.at(-2) : kind === 2 ? ofRank(4) : (dims) => dims.length > 0);
  if (x === undefined) return;
  const { dims } = x.tensor;
  if (kind === 1) draft.add('Det', [x.name]);
  else if (kind === 2 && graph.opset >= 16) {
    const grid = float(graph, (other) => other.length === 4 && other.at(-1) === 2)?.name ?? draft.weights([dims[0] ?? 1, 2, 2, 2]);
    draft.add('GridSample', [x.name, grid], { padding_mode: 'border' });
  } else if (kind === 3 && graph.opset >= 18) draft.add('CenterCropPad', [x.name, draft.integers([random.between(1, 4)])], { axes: [axisOf(graph, dims)] });
  else if (kind === 4 && dims.length === 3 && dims[1] === dims.at(-1)) draft.add('Det', [x.name]);
});

/** A body works on a value around it, or on what it is given. */
const branch: Template = (graph) => {
  const draft = new Draft(graph);
  const [x, y] = [float(graph), float(graph)];
  if (x === undefined || y === undefined) return undefined;
  const { random } = graph;
  const body = (operator: string, operand: string): { graph: object } => {
    const [made] = [graph.fresh('b')];
    return { graph: { node: [node(operator, [operand], [made])], output: [{ name: made }] } };
  };
  const kind = random.between(0, 2);
  const condition =
    kind === 0
      ? draft.one('Cast', [draft.integers([random.between(0, 1)], [])], { to: 9 })
      : kind === 1
        ? draft.one('Greater', [draft.one('ReduceMax', [x.name], { keepdims: 0 }), draft.floats([1], [])])
        : draft.one('Greater', [draft.one('Size', [x.name]), draft.integers([12], [])]);
  draft.add('If', [condition], { then_branch: body('Neg', x.name), else_branch: body('Abs', random.chance(0.7) ? x.name : y.name) });
  return { nodes: draft.nodes, constants: draft.constants, captured: [x.name, y.name] };
};

const loop: Template = (graph) => {
  const draft = new Draft(graph);
  const { random } = graph;
  const [x, other] = [float(graph), float(graph)];
  if (x === undefined || other === undefined) return undefined;
  const [round, goesOn, carried, next, still, seen] = ['i', 'c', 'a', 'n', 's', 'h'].map((name) => graph.fresh(name)) as [string, string, string, string, string, string];
  const kind = random.between(0, 4);
  const step =
    kind === 0
      ? [node('Add', [carried, other.name], [next])]
      : kind === 1
        ? [node('Transpose', [carried], [next])]
        : kind === 2
          ? [node('Softmax', [carried], [next], { axis: axisOf(graph, x.tensor.dims) })]
          : kind === 3
            ? [node('Concat', [carried, carried], [next], { axis: axisOf(graph, x.tensor.dims) })]
            : [node('Relu', [carried], [next])];
  const body = {
    node: [...step, node('Identity', [goesOn], [still]), node('Identity', [next], [seen])],
    input: [{ name: round, type: scalarType(7) }, { name: goesOn, type: scalarType(9) }, { name: carried, type: tensorType(1) }],
    // What grows from round to round cannot be collected.
    output: [{ name: still, type: tensorType(9) }, { name: next, type: tensorType(1) }, ...(kind === 3 ? [] : [{ name: seen, type: tensorType(1) }])],
  };
  // Never many: what a body doubles would fill the memory.
  const counted = (): string => draft.one('Min', [draft.one('Gather', [draft.one('Shape', [x.name]), draft.integers([0], [])]), draft.integers([2], [])]);
  const rounds = random.chance(0.8) ? draft.integers([random.between(1, 2)], []) : counted();
  draft.add('Loop', [rounds, '', x.name], { body: { graph: body } }, kind === 3 ? 1 : 2);
  return { nodes: draft.nodes, constants: draft.constants, captured: [x.name, other.name] };
};

const scan: Template = (graph) => {
  const draft = new Draft(graph);
  const { random } = graph;
  const x = float(graph, (dims) => dims.length > 1);
  if (x === undefined) return undefined;
  const { dims } = x.tensor;
  const axis = random.between(0, dims.length - 1);
  const sliced = dims.toSpliced(axis, 1);
  const state = float(graph, (other) => other.join() === sliced.join())?.name ?? draft.one('ReduceMin', [x.name], graph.opset < 18 ? { axes: [axis], keepdims: 0 } : { keepdims: 0 });
  const [sum, each, next, seen] = ['s', 'e', 'n', 'h'].map((name) => graph.fresh(name)) as [string, string, string, string];
  const body = {
    node: [node('Add', [sum, each], [next]), node('Neg', [next], [seen])],
    input: [{ name: sum, type: tensorType(1) }, { name: each, type: tensorType(1) }],
    output: [{ name: next, type: tensorType(1) }, { name: seen, type: tensorType(1) }],
  };
  const attributes: Record<string, AttributeValue> = { body: { graph: body }, num_scan_inputs: 1, scan_input_axes: [axis] };
  if (random.chance(0.4)) attributes['scan_output_axes'] = [random.between(0, sliced.length)];
  draft.add('Scan', [state, x.name], attributes, 2);
  return { nodes: draft.nodes, constants: draft.constants };
};

function scalarType(elemType: number): { value: { case: 'tensorType'; value: { elemType: number; shape: object } } } {
  return { value: { case: 'tensorType', value: { elemType, shape: {} } } };
}

function tensorType(elemType: number): { value: { case: 'tensorType'; value: { elemType: number } } } {
  return { value: { case: 'tensorType', value: { elemType } } };
}

/** By name, so that a run can say what was used; those that are there twice are picked twice as often. */
export const TEMPLATES: readonly (readonly [string, Template])[] = Object.entries({
  unary, binary, binary2: binary, binary3: binary, where, cast, clip, matmul, matmul2: matmul, gemm, einsum, softmax, softmax2: softmax, reduce, reduce2: reduce,
  argument, topK, cumulative, transpose, transpose2: transpose, transpose3: transpose, reshape, reshape2: reshape, reshapeBySizes, reshapeBySizes2: reshapeBySizes,
  flatten, squeeze, unsqueeze, concat, split, slice, pad, tile, expand, sizes, sizes2: sizes, gather, gather2: gather, gatherElements, gatherNd, scatterNd, oneHot,
  compress, reverseSequence, triangle, convolution, pool, normalization, normalization2: normalization, dropout, resize, depthToSpace, recurrent, recurrent2: recurrent,
  quantized, attention, classic, fused, signal, branch, loop, scan,
});
