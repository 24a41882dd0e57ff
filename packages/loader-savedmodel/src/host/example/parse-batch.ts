import type { Tensor } from '@servable/core';
import { RefusedRun } from '../../compile/refused-run.ts';
import { isMissing, noExample, noType, otherType, type WantedFeature, type WantedFeatures } from './example-spec.ts';
import { LIST_NAMES, readValues, typeOfTag } from './feature-values.ts';
import { findFeatures, FoundFeatures } from './find-features.ts';
import { stackedRows, VaryingColumn } from './varying-column.ts';
import { copyInto, type ValueColumn, valueColumn } from './value-column.ts';
import { DAMAGED, WireReader } from './wire-reader.ts';

/** What a batch is parsed from. */
export interface BatchInput {
  readonly serialized: readonly Uint8Array[];
  /** For messages; none, or one for each. */
  readonly names: readonly Uint8Array[];
  /** One for each dense feature; without elements: examples must have it. */
  readonly defaults: readonly Tensor[];
}

/** What examples hold of each feature: values of a fixed shape in a column, others where they lie. */
export interface ParsedBatch {
  readonly columns: readonly (ValueColumn | VaryingColumn)[];
}

/** Parses serialized examples, one after the other; pauses after each. @throws RefusedRun with TensorFlow's words */
export function* parseBatch(wanted: WantedFeatures, input: BatchInput): Generator<undefined, ParsedBatch> {
  const parser = new BatchParser(wanted, input);
  for (let row = 0; row < input.serialized.length; row++) {
    parser.parse(row);
    yield undefined;
  }
  return parser;
}

class BatchParser implements ParsedBatch {
  readonly columns: readonly (ValueColumn | VaryingColumn)[];
  readonly #wanted: WantedFeatures;
  readonly #input: BatchInput;
  readonly #found = new FoundFeatures();
  readonly #reader = new WireReader();
  /** The last row that had a feature. */
  readonly #rows: Int32Array;
  readonly #fixed: readonly number[];

  constructor(wanted: WantedFeatures, input: BatchInput) {
    const rows = input.serialized.length;
    this.#wanted = wanted;
    this.#input = input;
    this.#rows = new Int32Array(wanted.list.length).fill(-1);
    this.#fixed = wanted.list.flatMap(({ isFixed }, at) => (isFixed ? [at] : []));
    this.columns = wanted.list.map(({ dtype, stride, isFixed }) => (isFixed ? valueColumn(dtype, rows * stride) : new VaryingColumn(dtype, input.serialized)));
  }

  parse(row: number): void {
    const bytes = this.#input.serialized[row] ?? new Uint8Array(0);
    const found = this.#found;
    this.#reader.open(bytes, 0, bytes.length);
    if (!findFeatures(this.#reader, this.#wanted.keys, found)) throw noExample(bytes);
    // The last of several of one name holds, and TensorFlow looks at them from there.
    for (let at = 3 * (found.count - 1); at >= 0; at -= 3) this.#take(found.places[at] ?? 0, { row, bytes, start: found.places[at + 1] ?? 0, end: found.places[at + 2] ?? 0 });
    for (const at of this.#fixed) if (this.#rows[at] !== row) this.#fillIn(at, row);
  }

  #take(at: number, place: FeaturePlace): void {
    const feature = this.#wanted.list[at] as WantedFeature;
    const { row, bytes, start, end } = place;
    if (start === end && feature.kind === 'dense') return;
    const type = start === end ? undefined : typeOfTag(bytes[start] ?? 0);
    if (type === undefined && start < end) throw noType();
    if (this.#rows[at] === row) return;
    this.#rows[at] = row;
    if (type === undefined) return;
    if (type !== feature.dtype) throw this.#refusal(feature, row, otherType(feature, type));
    this.#reader.open(bytes, start + 1, end);
    const column = this.columns[at];
    if (column instanceof VaryingColumn) this.#note(feature, column, place);
    else if (column !== undefined) this.#read(feature, column, row);
  }

  #read(feature: WantedFeature, { sink }: ValueColumn, row: number): void {
    const { stride, dtype, shape } = feature;
    sink.at = row * stride;
    sink.end = sink.at + stride;
    const count = this.#checked(feature, row, readValues(dtype, this.#reader, sink));
    if (count !== stride) throw this.#refusal(feature, row, `Number of ${LIST_NAMES[dtype]} values != expected.  Values size: ${count} but output shape: ${shape}`);
  }

  #note(feature: WantedFeature, column: VaryingColumn, { row, start, end }: FeaturePlace): void {
    const { stride, dtype, shape } = feature;
    const count = this.#checked(feature, row, readValues(dtype, this.#reader, undefined));
    column.add(row, { start: start + 1, end, count });
    if (count % stride === 0) return;
    const seen = column.countBetween(stackedRows(this.#input.serialized, row), row + 1);
    throw this.#refusal(feature, row, `Number of ${LIST_NAMES[dtype]} values is not a multiple of stride length. Saw ${seen} values but output shape is: ${shape}`);
  }

  #checked(feature: WantedFeature, row: number, count: number): number {
    if (count === DAMAGED) throw this.#refusal(feature, row, "Can't parse serialized Example.");
    return count;
  }

  #fillIn(at: number, row: number): void {
    const feature = this.#wanted.list[at] as WantedFeature;
    const given = this.#input.defaults[feature.at];
    if (given === undefined || given.data.length === 0) throw new RefusedRun('INVALID_ARGUMENT', `Name: ${this.#nameOf(row)}, ${isMissing(feature)}`);
    copyInto(this.columns[at] as ValueColumn, given, row * feature.stride);
  }

  #refusal({ name }: WantedFeature, row: number, reason: string): RefusedRun {
    return new RefusedRun('INVALID_ARGUMENT', `Name: ${this.#nameOf(row)}, Key: ${name}, Index: ${row}.  ${reason}`);
  }

  #nameOf(row: number): string {
    const name = this.#input.names[row];
    return name === undefined ? '<unknown>' : Buffer.from(name).toString('utf8');
  }
}

/** Where a feature of an example lies. */
interface FeaturePlace {
  readonly row: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

