import { RefusedRun } from '../../compile/refused-run.ts';
import { type FeatureType, readValues, TYPE_NAMES, typeOfTag, type ValueSink } from './feature-values.ts';
import type { SequencePlaces } from './find-sequences.ts';
import { DAMAGED, type WireReader } from './wire-reader.ts';

/** A feature of a batch, and what to call its examples. */
export interface SequenceFeature {
  readonly name: string;
  readonly dtype: FeatureType;
  /** Among the features of the context, or among the lists. */
  readonly at: number;
}

/** Where a batch's features lie. */
export interface SequenceBatch {
  readonly serialized: readonly Uint8Array[];
  readonly places: SequencePlaces;
  nameOf(example: number): string;
}

const STEP_TAG = 0x0a;

/** A feature of the context of one example: into a sink, or only to count. @returns how many values it has; -1 when it is not there */
export function readContext(reader: WireReader, batch: SequenceBatch, { feature, example, sink }: { readonly feature: SequenceFeature; readonly example: number; readonly sink?: ValueSink }): number {
  const [start, end] = [batch.places.start(example, feature.at), batch.places.end(example, feature.at)];
  if (start === end) return start === -1 ? -1 : 0;
  reader.open(batch.serialized[example] ?? new Uint8Array(0), start, end);
  const count = readFeature(reader, feature.dtype, sink);
  if (count === DAMAGED) throw new RefusedRun('INVALID_ARGUMENT', `Name: ${batch.nameOf(example)}, Context feature: ${feature.name}.  Data types don't match. Expected type: ${TYPE_NAMES[feature.dtype]}`);
  return count;
}

/** What is done with each step of a list: how many values it has. */
export type OnStep = (count: number, step: number) => void;

/** A list of features of one example: into a sink, or only to count. @returns how many steps it has; -1 when it is not there */
export function readSteps(reader: WireReader, batch: SequenceBatch, { feature, example, sink, onStep }: { readonly feature: SequenceFeature; readonly example: number; readonly sink?: ValueSink; readonly onStep: OnStep }): number {
  const [start, end] = [batch.places.start(example, feature.at), batch.places.end(example, feature.at)];
  if (start === end) return start === -1 ? -1 : 0;
  reader.open(batch.serialized[example] ?? new Uint8Array(0), start, end);
  let step = 0;
  while (!reader.isAtEnd()) {
    const length = reader.skipTag(STEP_TAG) ? reader.varint() : DAMAGED;
    if (length === DAMAGED || length === 1) throw new RefusedRun('INVALID_ARGUMENT', `Error in sequence feature ${feature.name} in example ${batch.nameOf(example)}`);
    reader.end = Math.min(end, reader.at + length);
    const count = length === 0 ? 0 : length === 2 ? readEmpty(reader, feature.dtype) : readFeature(reader, feature.dtype, sink);
    if (count === DAMAGED) throw new RefusedRun('INVALID_ARGUMENT', `Name: ${batch.nameOf(example)}, Feature list: ${feature.name}, Index: ${step}.  Data types don't match. Expected type: ${TYPE_NAMES[feature.dtype]}`);
    onStep(count, step);
    step++;
    reader.end = end;
  }
  return step;
}

/** A list of a feature behind its tag. */
function readFeature(reader: WireReader, dtype: FeatureType, sink: ValueSink | undefined): number {
  if (typeOfTag(reader.peek()) !== dtype) return DAMAGED;
  reader.at++;
  return readValues(dtype, reader, sink);
}

/** A feature of two bytes: the tag of an empty list. */
function readEmpty(reader: WireReader, dtype: FeatureType): number {
  if (typeOfTag(reader.peek()) !== dtype) return DAMAGED;
  reader.at++;
  return reader.varint() === 0 ? 0 : DAMAGED;
}
