import type { Tensor } from '@servable/core';
import { RefusedRun } from '../../compile/refused-run.ts';
import { type ExampleSpec, isMissing, noExample, noType, otherType, type WantedFeature, type WantedFeatures } from './example-spec.ts';
import { type FeatureType, readValues, typeOfTag } from './feature-values.ts';
import { findFeatures, FoundFeatures } from './find-features.ts';
import { valueColumn } from './value-column.ts';
import { DAMAGED, WireReader } from './wire-reader.ts';

const LISTS: Readonly<Record<FeatureType, string>> = { FP32: 'float_list', INT64: 'int64_list', BYTES: 'bytes_list' };

/** The values of each feature of one example, in a list; `undefined` for those that it does not have. @throws RefusedRun with TensorFlow's words */
function parseFeatures({ list, keys }: WantedFeatures, bytes: Uint8Array): readonly (Tensor | undefined)[] {
  const [reader, found] = [new WireReader(), new FoundFeatures()];
  reader.open(bytes, 0, bytes.length);
  if (!findFeatures(reader, keys, found)) throw noExample(bytes);
  const values: (Tensor | undefined)[] = list.map(() => undefined);
  // The last of several of one name holds, and TensorFlow looks at them from there.
  for (let place = 3 * (found.count - 1); place >= 0; place -= 3) {
    const [at = 0, start = 0, end = 0] = found.places.subarray(place, place + 3);
    if (start === end) continue;
    const type = typeOfTag(bytes[start] ?? 0);
    if (type === undefined) throw noType();
    const feature = list[at];
    if (feature === undefined || values[at] !== undefined) continue;
    if (type !== feature.dtype) throw refusal(feature, otherType(feature, type));
    reader.open(bytes, start + 1, end);
    values[at] = readList(feature, reader);
  }
  return values;
}

function readList(feature: WantedFeature, reader: WireReader): Tensor {
  const { dtype, stride, isFixed, kind } = feature;
  const { at, end } = reader;
  // Values beyond those of a fixed shape are not looked at, only counted.
  const probe = isFixed ? valueColumn(dtype, stride) : undefined;
  const count = readValues(dtype, reader, probe?.sink);
  if (count === DAMAGED) throw refusal(feature, `Can't parse serialized Example: ${dtype === 'BYTES' && !isFixed ? 'Could not get num elements in bytes_list.' : `Parsing ${LISTS[dtype]} failed.`}`);
  if (probe !== undefined) {
    if (count !== stride) throw refusal(feature, `Can't parse serialized Example: Some ${LISTS[dtype]} slice was not parsed.`);
    return probe.tensor([count]);
  }
  if (kind === 'dense' && count % stride !== 0) throw new RefusedRun('INVALID_ARGUMENT', `Error while parsing feature with key ${feature.name}: number of elements should be divisible by ${stride}, found ${count} instead`);
  const column = valueColumn(dtype, count);
  reader.open(reader.bytes, at, end);
  readValues(dtype, reader, column.sink);
  return column.tensor([count]);
}

function refusal({ name }: WantedFeature, reason: string): RefusedRun {
  return new RefusedRun('INVALID_ARGUMENT', `Key: ${name}.  ${reason}`);
}

/** What one example gives for a scalar: as for a batch, without the axis of the batch. */
export interface SingleExample {
  readonly sparse: readonly (readonly [indices: Tensor, values: Tensor, shape: Tensor])[];
  readonly dense: readonly Tensor[];
  readonly ragged: readonly Tensor[];
}

/** Parses one serialized example. @throws RefusedRun with TensorFlow's words */
export function parseSingle(wanted: WantedFeatures, spec: ExampleSpec, { bytes, defaults }: { readonly bytes: Uint8Array; readonly defaults: readonly Tensor[] }): SingleExample {
  const values = parseFeatures(wanted, bytes);
  const valuesOf = (feature: WantedFeature): Tensor => values[wanted.list.indexOf(feature)] ?? valueColumn(feature.dtype, 0).tensor([0]);
  const ofKind = (kind: WantedFeature['kind']): readonly WantedFeature[] => wanted.list.filter((feature) => feature.kind === kind);
  return {
    sparse: ofKind('sparse').map((feature) => sparseOf(valuesOf(feature))),
    dense: ofKind('dense').map((feature, at) => denseOf(feature, { shape: spec.dense[at]?.shape ?? [], values: values[at], filler: defaults[at] })),
    ragged: ofKind('ragged').map(valuesOf),
  };
}

function sparseOf(values: Tensor): readonly [Tensor, Tensor, Tensor] {
  const count = values.data.length;
  const indices = BigInt64Array.from({ length: count }, (_, at) => BigInt(at));
  return [{ dtype: 'INT64', shape: [count, 1], data: indices }, values, { dtype: 'INT64', shape: [1], data: BigInt64Array.of(BigInt(count)) }];
}

function denseOf(feature: WantedFeature, { shape, values, filler }: { readonly shape: readonly number[]; readonly values: Tensor | undefined; readonly filler: Tensor | undefined }): Tensor {
  if (feature.isFixed) {
    if (values === undefined && (filler === undefined || filler.data.length === 0)) throw new RefusedRun('INVALID_ARGUMENT', isMissing(feature));
    return { ...(values ?? filler), shape } as Tensor;
  }
  const found = values ?? valueColumn(feature.dtype, 0).tensor([0]);
  return { ...found, shape: [feature.stride === 0 ? 0 : found.data.length / feature.stride, ...shape.slice(1)] };
}
