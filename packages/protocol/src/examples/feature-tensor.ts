import { allocateData, createTensor, type DType, elementCount, type Tensor, type TensorData, type TensorSpec } from '@servable/core';
import { tensorFlowTypeOf } from '../data-type.ts';
import { STEP_ELEMENTS, type Steps } from '../slices.ts';
import { exampleError } from './errors.ts';
import type { FeatureKind, RawFeature } from './example-reader.ts';
import { countValues, readByteStrings, readFloats, readIntegers } from './feature-values.ts';
import { kindOf, numberStore } from './number-store.ts';

/** An input that is made of the feature of its name. */
export interface FeatureInput {
  readonly name: string;
  readonly spec: TensorSpec;
  /** The signature's default for the input. */
  readonly fallback: Tensor | undefined;
}

/** A feature of each example; `undefined` where an example has none. */
type Column = readonly (RawFeature | undefined)[];

/** Values of one input that a request may ask for: few bytes may stand for many, where a default fills in. */
const MAX_VALUES = 2 ** 26;
/** Each byte string takes some hundred bytes by itself. */
const MAX_STRINGS = 2 ** 22;

/** What an example costs beside its values, in values. */
const ROW_VALUES = 16;

/** What `ParseExample` calls the kinds: its types, and in counts. */
const KIND_TYPES: Readonly<Record<FeatureKind, string>> = { bytes: 'string', float: 'float', int64: 'int64', none: '' };

/**
 * Joins the same feature of all examples to one tensor `[examples, …]`, by `ParseExample`'s rules for dense features: the
 * inner shape is the declared one, and where one size of it is open, what the first example that has the feature needs. An
 * example without the feature gets the default, if that has the inner shape's number of values, or one value for all.
 *
 * @throws ServingError `SRV_EXAMPLE_FEATURE_*`, `SRV_EXAMPLE_INPUT_UNSUITED`, `SRV_EXAMPLE_TOO_MANY`
 *
 * Source: TensorFlow, `FastParseExample` in `util/example_proto_fast_parsing.cc`.
 */
export function* featureTensorSteps(input: FeatureInput, column: Column): Steps<Tensor> {
  const { name, spec, fallback } = input;
  const kind = kindOf(spec.dtype);
  if (kind === undefined) throw unsuited(name, `no feature holds ${tensorFlowTypeOf(spec.dtype).text}`);
  const first = column.find((feature) => feature !== undefined);
  if (first === undefined) {
    if (fallback === undefined) throw missing(name, kind);
    if (fallback.shape.length === spec.shape?.length && fallback.shape[0] === column.length) return fallback;
  }
  const inner = innerShape(input, first);
  const rowValues = elementCount(inner);
  checkSize(spec.dtype, column.length * rowValues);
  const data = allocateData(spec.dtype, column.length * rowValues);
  const filler = column.includes(undefined) ? fillerOf(input, rowValues) : undefined;
  let lastYield = 0;
  for (const [index, feature] of column.entries()) {
    const row: Row = { name, dtype: spec.dtype, kind, inner, index, start: index * rowValues };
    if (feature !== undefined) takeFeature(feature, row, data);
    else if (filler !== undefined) fillRow(filler, row, data);
    if ((index - lastYield) * (rowValues + ROW_VALUES) < STEP_ELEMENTS) continue;
    lastYield = index;
    yield;
  }
  return createTensor(spec.dtype, [column.length, ...inner], data);
}

interface Row {
  readonly name: string;
  readonly dtype: DType;
  readonly kind: FeatureKind;
  readonly inner: readonly number[];
  readonly index: number;
  /** Where its values begin. */
  readonly start: number;
}

/** The shape of one example's part. */
function innerShape({ name, spec, fallback }: FeatureInput, first: RawFeature | undefined): readonly number[] {
  const [, ...declared] = spec.shape ?? ['batch', 'values'];
  if (spec.shape?.length === 0) throw unsuited(name, 'it is a scalar, without an axis for the examples');
  const inner = declared.map((size) => (typeof size === 'string' ? -1 : size));
  const open = inner.filter((size) => size < 0).length;
  if (open === 0) return inner;
  if (open > 1) throw unsuited(name, `[${(spec.shape ?? []).join(',')}] leaves more than one size of an example's part open`);
  const fixed = elementCount(inner.filter((size) => size >= 0));
  const values = first === undefined ? (fallback?.data.length ?? 0) : countValues(first);
  return inner.map((size) => (size >= 0 ? size : fixed === 0 ? 0 : Math.ceil(values / fixed)));
}

function checkSize(dtype: DType, values: number): void {
  const limit = dtype === 'BYTES' ? MAX_STRINGS : MAX_VALUES;
  if (values > limit) throw exampleError('SRV_EXAMPLE_TOO_MANY', ['values of one feature', limit]);
}

function takeFeature(feature: RawFeature, row: Row, data: TensorData): void {
  const { name, index, inner, dtype, kind } = row;
  // JSON has one kind of number: 1 is 1.0 where that loses nothing.
  const isWidened = kind === 'float' && feature.kind === 'int64';
  if (feature.kind !== kind && !isWidened) {
    throw exampleError('SRV_EXAMPLE_FEATURE_TYPE', [name, index, KIND_TYPES[feature.kind], KIND_TYPES[kind]]);
  }
  const count = countValues(feature);
  if (count !== elementCount(inner)) throw exampleError('SRV_EXAMPLE_FEATURE_COUNT', [name, index, feature.kind, count, inner]);
  let at = row.start;
  if (Array.isArray(data)) {
    readByteStrings(feature, (value) => {
      data[at] = value;
      at += 1;
    });
    return;
  }
  const store = numberStore(dtype, data);
  const take = (value: number | bigint): void => {
    if (!store(at, value)) throw exampleError('SRV_EXAMPLE_FEATURE_RANGE', [name, index, String(value), tensorFlowTypeOf(dtype).text]);
    at += 1;
  };
  if (feature.kind === 'float') readFloats(feature, take);
  else readIntegers(feature, take);
}

/** What fills the part of an example without the feature: as many values as that has, or one. */
function fillerOf({ name, spec, fallback }: FeatureInput, rowValues: number): Tensor {
  const count = fallback === undefined ? 0 : elementCount(fallback.shape);
  if (fallback === undefined || (count !== rowValues && count !== 1)) throw missing(name, kindOf(spec.dtype) ?? 'none');
  return fallback;
}

function fillRow(filler: Tensor, { start, inner }: Row, data: TensorData): void {
  const count = filler.data.length;
  const target = data as (typeof filler.data)[number][];
  for (let at = 0; at < elementCount(inner); at += 1) {
    const value = filler.data[at % count];
    if (value !== undefined) target[start + at] = value;
  }
}

function missing(name: string, kind: FeatureKind): Error {
  return exampleError('SRV_EXAMPLE_FEATURE_MISSING', [name, KIND_TYPES[kind]]);
}

function unsuited(name: string, reason: string): Error {
  return exampleError('SRV_EXAMPLE_INPUT_UNSUITED', [name, reason]);
}
