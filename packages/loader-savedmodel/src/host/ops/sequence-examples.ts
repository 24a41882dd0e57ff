import type { Tensor } from '@servable/core';
import type { Size } from '../../compile/ir/dimension.ts';
import type { OutputFacts } from '../../compile/ir/node-parts.ts';
import { RefusedRun } from '../../compile/refused-run.ts';
import { Uncovered } from '../../compile/uncovered.ts';
import { type ExampleSpec, shapeText } from '../example/example-spec.ts';
import { featureType, knownKeys } from '../example/node-keys.ts';
import { findSequences, SequencePlaces } from '../example/find-sequences.ts';
import { KeyTable } from '../example/key-table.ts';
import type { SequenceFeature } from '../example/sequence-lists.ts';
import { contextDense, contextRagged, contextSparse, type Counts, countContext, countSteps, listDense, listRagged, listSparse, type SequenceInput } from '../example/sequence-tensors.ts';
import { WireReader } from '../example/wire-reader.ts';
import { bytesOf, type HostCall, type HostFamily, hostInput, hostOp, type HostRun } from '../host-op.ts';

/** What a node parses: of the context, and of lists of features, whose shapes are those of one step. */
interface SequenceSpec {
  readonly context: ExampleSpec;
  readonly lists: ExampleSpec;
  /** Of dense lists: whether an example may be without it. */
  readonly mayMiss: readonly boolean[];
}

const DEFAULTS_AT = 9;

function specOf(call: HostCall): SequenceSpec {
  const [contextSparses = [], contextDenses = [], contextRaggeds = [], sparses = [], denses = [], raggeds = []] = call.inputs.slice(2, 8).map(knownKeys);
  const missing = hostInput(call, 8).constant?.read() as Uint8Array | undefined;
  if (missing === undefined) throw new Uncovered('which of its lists may be missing is only known at run time');
  return {
    context: partOf(call, { sparse: contextSparses, dense: contextDenses, ragged: contextRaggeds }, ['context', 'Tcontext_dense']),
    lists: partOf(call, { sparse: sparses, dense: denses, ragged: raggeds }, ['feature_list', 'feature_list_dense_types']),
    mayMiss: Array.from(missing, (each) => each === 1),
  };
}

type Keys = Readonly<Record<'sparse' | 'dense' | 'ragged', readonly string[]>>;

function partOf({ attributes }: HostCall, keys: Keys, [prefix, denseTypes]: readonly [prefix: string, denseTypes: string]): ExampleSpec {
  const [sparse = [], dense = [], ragged = [], splits = []] = [`${prefix}_sparse_types`, denseTypes, `${prefix}_ragged_value_types`, `${prefix}_ragged_split_types`].map((name) => attributes.dtypes(name));
  const shapes = attributes.shapes(`${prefix}_dense_shapes`);
  return {
    sparse: keys.sparse.map((key, at) => ({ key, dtype: featureType(sparse[at]) })),
    dense: keys.dense.map((key, at) => ({ key, dtype: featureType(dense[at]), shape: fixedShape(shapes[at]) })),
    ragged: keys.ragged.map((key, at) => ({ key, dtype: featureType(ragged[at]), splits: splits[at] === 'INT32' ? 'INT32' : 'INT64' })),
  };
}

function fixedShape(shape: readonly number[] | undefined): readonly number[] {
  if (shape === undefined || shape.includes(-1)) throw new Uncovered('a dense feature has sizes that vary');
  return shape;
}

function factsOf({ sizes }: HostCall, { context, lists }: SequenceSpec, batch: readonly Size[]): readonly OutputFacts[] {
  const rank = batch.length;
  const any = (dtype: OutputFacts['dtype'], axes: number): OutputFacts => ({ dtype, shape: Array.from({ length: axes }, () => sizes.next()) });
  const sparses = (spec: ExampleSpec, axes: number): readonly OutputFacts[] => [
    ...spec.sparse.map((): OutputFacts => ({ dtype: 'INT64', shape: [sizes.next(), axes] })),
    ...spec.sparse.map(({ dtype }) => any(dtype, 1)),
    ...spec.sparse.map((): OutputFacts => ({ dtype: 'INT64', shape: [axes] })),
  ];
  return [
    ...sparses(context, rank + 1),
    ...context.dense.map(({ dtype, shape }): OutputFacts => ({ dtype, shape: [...batch, ...shape] })),
    ...context.ragged.map(({ dtype }) => any(dtype, 1)),
    ...context.ragged.map(({ splits }) => any(splits, rank)),
    ...sparses(lists, rank + 2),
    ...lists.dense.map(({ dtype, shape }): OutputFacts => ({ dtype, shape: [...batch, sizes.next(), ...shape] })),
    ...lists.dense.map((): OutputFacts => ({ dtype: 'INT64', shape: batch })),
    ...lists.ragged.map(({ dtype }) => any(dtype, 1)),
    ...lists.ragged.map(({ splits }) => any(splits, rank)),
    ...lists.ragged.map(({ splits }) => any(splits, 1)),
  ];
}

/** Features of one kind after the other, in the order of their places. */
function featuresOf({ sparse, dense, ragged }: ExampleSpec): readonly SequenceFeature[] {
  return [...sparse, ...dense, ...ragged].map(({ key, dtype }, at) => ({ name: Buffer.from(key, 'latin1').toString('utf8'), dtype, at }));
}

function tableOf({ sparse, dense, ragged }: ExampleSpec): KeyTable {
  return new KeyTable([...sparse, ...dense, ...ragged].map(({ key }) => Uint8Array.from(Buffer.from(key, 'latin1'))));
}

const parse = (spec: SequenceSpec): HostRun => {
  const [context, lists] = [tableOf(spec.context), tableOf(spec.lists)];
  return (inputs) => tensorsOf(spec, { context, lists }, inputs);
};

function* tensorsOf(spec: SequenceSpec, tables: { readonly context: KeyTable; readonly lists: KeyTable }, inputs: readonly Tensor[]): Generator<undefined, readonly Tensor[]> {
  const [input, names] = inputs;
  const [serialized, shape] = [bytesOf(input), input?.shape ?? []];
  if (shape.length > 1) throw new RefusedRun('INVALID_ARGUMENT', `Expected serialized to be a scalar or vector, got shape: ${shapeText(shape)}`);
  const named = bytesOf(names);
  const nameOf = (example: number): string => (named[example] === undefined ? '<unknown>' : Buffer.from(named[example]).toString('utf8'));
  const [features, steps] = [featuresOf(spec.context), featuresOf(spec.lists)];
  const found = { context: new SequencePlaces(serialized.length, features.length), lists: new SequencePlaces(serialized.length, steps.length) };
  const reader = new WireReader();
  for (const [example, bytes] of serialized.entries()) {
    reader.open(bytes, 0, bytes.length);
    if (!findSequences(reader, example, { ...tables, found })) throw new RefusedRun('INVALID_ARGUMENT', `Invalid protocol message input, example id: ${nameOf(example)}`);
    yield undefined;
  }
  const parts = (places: SequencePlaces): SequenceInput => ({ serialized, places, nameOf, isBatch: shape.length === 1 });
  const [contextInput, listInput] = [parts(found.context), parts(found.lists)];
  const contextCounts = yield* inSteps(features, (feature) => countContext(contextInput, feature));
  const listCounts = yield* inSteps(steps, (feature) => countSteps(listInput, feature));
  const contextTensors = yield* contextOf(spec.context, contextInput, { features, counts: contextCounts, defaults: inputs.slice(DEFAULTS_AT) });
  return [...contextTensors, ...(yield* listsOf(spec, listInput, { features: steps, counts: listCounts }))];
}

/** One after the other; pauses after each. */
function* inSteps<Of, Made>(list: readonly Of[], make: (one: Of, at: number) => Made): Generator<undefined, readonly Made[]> {
  const made: Made[] = [];
  for (const [at, one] of list.entries()) {
    made.push(make(one, at));
    yield undefined;
  }
  return made;
}

interface Counted {
  readonly features: readonly SequenceFeature[];
  readonly counts: readonly Counts[];
}

const NONE: Counts = { rows: [], steps: [] };
/** The same part of each: indices of all, then values of all. */
const column = (rows: readonly (readonly Tensor[])[], at: number): readonly Tensor[] => rows.map((row) => row[at] as Tensor);

function* contextOf({ sparse, dense, ragged }: ExampleSpec, input: SequenceInput, { features, counts, defaults }: Counted & { readonly defaults: readonly Tensor[] }): Generator<undefined, readonly Tensor[]> {
  const [denseAt, raggedAt] = [sparse.length, sparse.length + dense.length];
  const denses = yield* inSteps(features.slice(denseAt, raggedAt), (feature, at) => contextDense(input, { ...feature, shape: dense[at]?.shape ?? [] }, { counts: counts[feature.at] ?? NONE, filler: defaults[at] }));
  const sparses = yield* inSteps(features.slice(0, denseAt), (feature) => contextSparse(input, feature, counts[feature.at] ?? NONE));
  const raggeds = yield* inSteps(features.slice(raggedAt), (feature, at) => contextRagged(input, feature, { counts: counts[feature.at] ?? NONE, dtype: ragged[at]?.splits ?? 'INT64' }));
  return [...column(sparses, 0), ...column(sparses, 1), ...column(sparses, 2), ...denses, ...column(raggeds, 0), ...column(raggeds, 1)];
}

function* listsOf({ lists: { sparse, dense, ragged }, mayMiss }: SequenceSpec, input: SequenceInput, { features, counts }: Counted): Generator<undefined, readonly Tensor[]> {
  const [denseAt, raggedAt] = [sparse.length, sparse.length + dense.length];
  const denses = yield* inSteps(features.slice(denseAt, raggedAt), (feature, at) => listDense(input, { ...feature, shape: dense[at]?.shape ?? [] }, { counts: counts[feature.at] ?? NONE, mayMiss: mayMiss[at] === true }));
  const sparses = yield* inSteps(features.slice(0, denseAt), (feature) => listSparse(input, feature, counts[feature.at] ?? NONE));
  const raggeds = yield* inSteps(features.slice(raggedAt), (feature, at) => listRagged(input, feature, { counts: counts[feature.at] ?? NONE, dtype: ragged[at]?.splits ?? 'INT64' }));
  return [...[0, 1, 2].flatMap((at) => column(sparses, at)), ...column(denses, 0), ...column(denses, 1), ...[0, 1, 2].flatMap((at) => column(raggeds, at))];
}

const parseSequenceExample = hostOp<SequenceSpec>({
  plan: (call) => {
    const { shape } = hostInput(call, 0);
    if (shape === undefined) throw new Uncovered('it is not known whether it parses one example or several');
    const spec = specOf(call);
    return { attributes: spec, outputs: factsOf(call, spec, shape) };
  },
  prepare: parse,
});

/** Sequence examples, parsed into tensors. */
export const SEQUENCE_EXAMPLES: HostFamily = {
  title: 'Sequence examples',
  ops: { ParseSequenceExampleV2: parseSequenceExample },
};
