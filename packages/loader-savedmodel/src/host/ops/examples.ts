import type { Tensor } from '@servable/core';
import type { OutputFacts } from '../../compile/ir/node-parts.ts';
import type { Size } from '../../compile/ir/dimension.ts';
import { RefusedRun } from '../../compile/refused-run.ts';
import { Uncovered } from '../../compile/uncovered.ts';
import { type ExampleSpec, shapeText, wantedFeatures, type WantedFeatures } from '../example/example-spec.ts';
import { featureType, keyOf, knownKeys } from '../example/node-keys.ts';
import { parseBatch } from '../example/parse-batch.ts';
import { parseSingle } from '../example/parse-single.ts';
import type { ValueColumn } from '../example/value-column.ts';
import { VaryingColumn } from '../example/varying-column.ts';
import { bytesOf, type HostCall, type HostFamily, hostInput, hostOp, type HostPlan, type HostRun } from '../host-op.ts';

/** A node's spec, and where among its inputs the defaults of dense features begin. */
interface ExampleNode {
  readonly spec: ExampleSpec;
  readonly defaultsAt: number;
  /** Whether it has names, for messages, as its second input. */
  readonly hasNames: boolean;
}

interface Keys {
  readonly sparse: readonly string[];
  readonly dense: readonly string[];
  readonly ragged: readonly string[];
}

function specOf({ attributes }: HostCall, keys: Keys): ExampleSpec {
  const all = [...keys.sparse, ...keys.dense, ...keys.ragged];
  const twice = all.find((key, at) => all.indexOf(key) !== at);
  if (twice !== undefined) throw new Uncovered(`it parses '${twice}' twice`);
  const [sparseTypes, denseTypes, raggedTypes, splits] = ['sparse_types', 'Tdense', 'ragged_value_types', 'ragged_split_types'].map((name) => attributes.dtypes(name));
  const shapes = attributes.shapes('dense_shapes');
  return {
    sparse: keys.sparse.map((key, at) => ({ key, dtype: featureType(sparseTypes?.[at]) })),
    dense: keys.dense.map((key, at) => ({ key, dtype: featureType(denseTypes?.[at]), shape: denseShape(shapes[at]) })),
    ragged: keys.ragged.map((key, at) => ({ key, dtype: featureType(raggedTypes?.[at]), splits: splits?.[at] === 'INT32' ? 'INT32' : 'INT64' })),
  };
}

function denseShape(shape: readonly number[] | undefined): readonly number[] {
  if (shape === undefined) throw new Uncovered('it does not say how many axes a dense feature has');
  if (shape.slice(1).includes(-1)) throw new Uncovered(`a dense feature has the shape ${shapeText(shape)}, of which more than the first size varies`);
  return shape;
}

function planOf(call: HostCall, node: ExampleNode): HostPlan<ExampleNode> {
  const { shape } = hostInput(call, 0);
  const { spec } = node;
  const isFixed = spec.sparse.length + spec.ragged.length === 0 && spec.dense.every((dense) => dense.shape[0] !== -1);
  return { attributes: node, outputs: factsOf(call, spec, shape), keepsRows: shape?.length === 1 && isFixed };
}

/** Of a vector of examples; of one, all is without the axis of the batch. */
function factsOf({ sizes }: HostCall, { sparse, dense, ragged }: ExampleSpec, batch: readonly Size[] | undefined): readonly OutputFacts[] {
  const rank = batch?.length ?? 0;
  const counts = sparse.map(() => sizes.next());
  const shaped = (shape: readonly Size[]): readonly Size[] | undefined => (batch === undefined ? undefined : shape);
  const [rows = ''] = batch ?? [];
  const splitsShape = rank === 0 ? [0] : [typeof rows === 'number' ? rows + 1 : sizes.next()];
  return [
    ...counts.map((count): OutputFacts => ({ dtype: 'INT64', shape: shaped([count, rank + 1]) })),
    ...sparse.map(({ dtype }, at): OutputFacts => ({ dtype, shape: [counts[at] ?? sizes.next()] })),
    ...sparse.map((): OutputFacts => ({ dtype: 'INT64', shape: shaped([rank + 1]) })),
    ...dense.map(({ dtype, shape }): OutputFacts => ({ dtype, shape: shaped([...(batch ?? []), ...shape.map((size) => (size === -1 ? sizes.next() : size))]) })),
    ...ragged.map(({ dtype }): OutputFacts => ({ dtype, shape: [sizes.next()] })),
    ...ragged.map(({ splits }): OutputFacts => ({ dtype: splits, shape: shaped(splitsShape) })),
  ];
}

const parse = ({ spec, defaultsAt, hasNames }: ExampleNode): HostRun => {
  const wanted = wantedFeatures(spec);
  return (inputs) => {
    const [serialized, names] = inputs;
    const bytes = bytesOf(serialized);
    const shape = serialized?.shape ?? [];
    const defaults = inputs.slice(defaultsAt);
    if (shape.length > 1) throw new RefusedRun('INVALID_ARGUMENT', `Expected serialized to be a scalar or vector, got shape: ${shapeText(shape)}`);
    const named = hasNames ? bytesOf(names) : [];
    if (named.length > 0 && named.length !== bytes.length) throw new RefusedRun('INVALID_ARGUMENT', `Expected names have the same shape as serialized: name.shape=${shapeText(names?.shape ?? [])}, serialized.shape=${shapeText(shape)}`);
    checkDefaults(spec, defaults);
    if (shape.length === 1) return batchOf(wanted, spec, { serialized: bytes, names: named, defaults });
    return singleOf(wanted, spec, { bytes: bytes[0] ?? new Uint8Array(0), defaults });
  };
};

function checkDefaults({ dense }: ExampleSpec, defaults: readonly Tensor[]): void {
  for (const [at, { shape }] of dense.entries()) {
    const given = defaults[at];
    if (given === undefined) throw new RefusedRun('INVALID_ARGUMENT', `dense_defaults has ${defaults.length} values, and there are ${dense.length} dense keys`);
    if (shape[0] === -1) {
      if (given.data.length !== 1) throw new RefusedRun('INVALID_ARGUMENT', `dense_shape[${at}] is a variable length shape: ${shapeText(shape)}, therefore def_value[${at}] must contain a single element (the padding element).  But its shape is: ${shapeText(given.shape)}`);
    } else if (given.data.length > 0 && String(given.shape) !== String(shape)) {
      throw new RefusedRun('INVALID_ARGUMENT', `def_value[${at}].shape() == ${shapeText(given.shape)} is not compatible with dense_shapes_[${at}] == ${shapeText(shape)}`);
    }
  }
}

function* batchOf(wanted: WantedFeatures, { dense, sparse, ragged }: ExampleSpec, input: Parameters<typeof parseBatch>[1]): Generator<undefined, readonly Tensor[]> {
  const { columns } = yield* parseBatch(wanted, input);
  const rows = input.serialized.length;
  const made: Tensor[] = [];
  for (const [at, { shape }] of dense.entries()) made.push(yield* denseOf(columns[at], { rows, shape, filler: input.defaults[at] as Tensor }));
  const sparses: (readonly [Tensor, Tensor, Tensor])[] = [];
  for (const column of columns.slice(dense.length, dense.length + sparse.length)) sparses.push(yield* (column as VaryingColumn).sparse());
  const raggeds = columns.slice(dense.length + sparse.length) as readonly VaryingColumn[];
  const values: Tensor[] = [];
  for (const column of raggeds) values.push(yield* column.values());
  const splits = raggeds.map((column, at) => column.rowSplits(ragged[at]?.splits ?? 'INT64'));
  return [...sparses.map(([indices]) => indices), ...sparses.map(([, each]) => each), ...sparses.map(([, , shape]) => shape), ...made, ...values, ...splits];
}

function* denseOf(column: ValueColumn | VaryingColumn | undefined, { rows, shape, filler }: { readonly rows: number; readonly shape: readonly number[]; readonly filler: Tensor }): Generator<undefined, Tensor> {
  if (column instanceof VaryingColumn) return yield* column.padded(filler, shape.slice(1), shape.slice(1).reduce((product, size) => product * size, 1));
  if (column === undefined) throw new Error('a dense feature has no column');
  return column.tensor([rows, ...shape]);
}

function singleOf(wanted: WantedFeatures, spec: ExampleSpec, input: { readonly bytes: Uint8Array; readonly defaults: readonly Tensor[] }): readonly Tensor[] {
  const { sparse, dense, ragged } = parseSingle(wanted, spec, input);
  const splits = spec.ragged.map(({ splits: dtype }): Tensor => (dtype === 'INT32' ? { dtype, shape: [0], data: new Int32Array(0) } : { dtype, shape: [0], data: new BigInt64Array(0) }));
  return [...sparse.map(([indices]) => indices), ...sparse.map(([, values]) => values), ...sparse.map(([, , shape]) => shape), ...dense, ...ragged, ...splits];
}

/** The older op has an input for each key. */
const parseExample = hostOp<ExampleNode>({
  plan: (call) => {
    const [sparse, dense] = [call.attributes.integer('Nsparse'), call.attributes.integer('Ndense')];
    const keys = call.inputs.slice(2, 2 + sparse + dense).flatMap(knownKeys);
    if (hostInput(call, 0).shape?.length === 0) throw new RefusedRun('INVALID_ARGUMENT', 'Expected serialized to be a vector, got shape: []');
    return planOf(call, { spec: specOf(call, { sparse: keys.slice(0, sparse), dense: keys.slice(sparse), ragged: [] }), defaultsAt: 2 + sparse + dense, hasNames: true });
  },
  prepare: parse,
});

const parseExampleV2 = hostOp<ExampleNode>({
  plan: (call) => {
    const [sparse = [], dense = [], ragged = []] = call.inputs.slice(2, 5).map(knownKeys);
    return planOf(call, { spec: specOf(call, { sparse, dense, ragged }), defaultsAt: 5, hasNames: true });
  },
  prepare: parse,
});

const parseSingleExample = hostOp<ExampleNode>({
  plan: (call) => {
    const [sparse = [], dense = []] = ['sparse_keys', 'dense_keys'].map((name) => call.attributes.byteTexts(name).map(keyOf));
    return planOf(call, { spec: specOf(call, { sparse, dense, ragged: [] }), defaultsAt: 1, hasNames: false });
  },
  prepare: parse,
});

/** Examples, parsed into tensors. */
export const EXAMPLES: HostFamily = {
  title: 'Examples',
  ops: { ParseExample: parseExample, ParseExampleV2: parseExampleV2, ParseSingleExample: parseSingleExample },
};
