import { createTensor, type DType, type Tensor } from '@servable/core';
import { fingerprint64 } from '@servable/tfrecord';
import { RefusedRun } from '../../compile/refused-run.ts';
import { Uncovered } from '../../compile/uncovered.ts';
import { joinedHash } from '../hash/older-hash.ts';
import { bytesOf, type HostFamily, hostOp, integersOf } from '../host-op.ts';

interface CrossAttributes {
  /** Sparse inputs: each has indices, values and a shape; dense ones come after them. */
  readonly sparses: number;
  readonly isHashed: boolean;
  readonly buckets: string;
  readonly key: string;
}

/** A feature of one row, and how many it has. */
interface CrossColumn {
  readonly rows: number;
  count(row: number): number;
  /** Of the row's features the one at a place, among all values of the column. */
  place(row: number, at: number): number;
  readonly values: Tensor;
}

function denseColumn(values: Tensor): CrossColumn {
  const [rows = 0, columns = 0] = values.shape;
  return { rows, count: () => columns, place: (row, at) => row * columns + at, values };
}

function sparseColumn(indices: Tensor | undefined, values: Tensor | undefined, shape: Tensor | undefined): CrossColumn {
  const [rows = 0] = integersOf(shape);
  const places = integersOf(indices);
  if (values === undefined) throw new TypeError('a sparse feature has values');
  const starts = new Int32Array(rows + 1);
  for (let at = 0; at < places.length; at += 2) {
    const row = places[at] ?? 0;
    if (row < 0 || row >= rows) throw new RefusedRun('INVALID_ARGUMENT', `Sparse column has an index of row ${row}, and ${rows} rows`);
    starts[row + 1] = (starts[row + 1] ?? 0) + 1;
  }
  for (let row = 0; row < rows; row++) starts[row + 1] = (starts[row + 1] ?? 0) + (starts[row] ?? 0);
  return { rows, count: (row) => (starts[row + 1] ?? 0) - (starts[row] ?? 0), place: (row, at) => (starts[row] ?? 0) + at, values };
}

const crossed = hostOp<CrossAttributes>({
  plan: (call) => {
    const { attributes, inputs, sizes } = call;
    const sparses = attributes.integer('N');
    const odd = inputs.find(({ dtype }) => dtype !== 'INT64' && dtype !== 'BYTES');
    if (odd !== undefined) throw new Uncovered(`it crosses ${odd.dtype}`);
    const wrong = attributes.dtype('internal_type', 'INT64') === 'BYTES' ? inputs.findIndex(({ dtype }, at) => at >= sparses && !(at >= 2 * sparses && at < 3 * sparses) && dtype === 'INT64') : -1;
    if (wrong !== -1) throw new RefusedRun('INVALID_ARGUMENT', `${wrong < 3 * sparses ? 'Input values' : 'Dense inputs'} should be of internal type 7 but received 9`);
    const dtype: DType = attributes.flag('hashed_output') ? 'INT64' : 'BYTES';
    const count = sizes.next();
    return {
      attributes: { sparses, isHashed: dtype === 'INT64', buckets: String(attributes.bigInteger('num_buckets', 0n)), key: String(attributes.bigInteger('hash_key', 0n)) },
      outputs: [{ dtype: 'INT64', shape: [count, 2] }, { dtype, shape: [count] }, { dtype: 'INT64', shape: [2] }],
    };
  },
  prepare: ({ sparses, isHashed, buckets, key }) => {
    const hash = { buckets: BigInt(buckets), key: BigInt.asUintN(64, BigInt(key)) };
    return (inputs) => {
      const dense = inputs.slice(3 * sparses).map(denseColumn);
      const columns = [...Array.from({ length: sparses }, (_, at) => sparseColumn(inputs[at], inputs[sparses + at], inputs[2 * sparses + at])), ...dense];
      return crossRows(columns, isHashed ? { dtype: 'INT64', of: (places) => hashedCross(columns, places, hash) } : { dtype: 'BYTES', of: (places) => textCross(columns, places) });
    };
  },
});

/** What a cross is made into. */
type CrossMaker = { readonly dtype: 'INT64'; of(places: readonly number[]): bigint } | { readonly dtype: 'BYTES'; of(places: readonly number[]): Uint8Array };

/** Crosses that are made between pauses. */
const STEP = 128;

function* crossRows(columns: readonly CrossColumn[], maker: CrossMaker): Generator<undefined, readonly Tensor[]> {
  const rows = columns[0]?.rows ?? 0;
  if (columns.some((column) => column.rows !== rows)) throw new RefusedRun('INVALID_ARGUMENT', `Expected batch size ${rows}, got ${columns.map((column) => column.rows).join(', ')}`);
  const [indices, values]: [bigint[], (bigint | Uint8Array)[]] = [[], []];
  let most = 0;
  for (let row = 0; row < rows; row++) {
    let at = 0;
    for (const places of products(columns.map((column) => column.count(row)))) {
      values.push(maker.of(places.map((place, column) => columns[column]?.place(row, place) ?? 0)));
      indices.push(BigInt(row), BigInt(at++));
      if (values.length % STEP === 0) yield undefined;
    }
    most = Math.max(most, at);
  }
  const made = maker.dtype === 'INT64' ? BigInt64Array.from(values as bigint[]) : (values as Uint8Array[]);
  return [createTensor('INT64', [values.length, 2], BigInt64Array.from(indices)), createTensor(maker.dtype, [values.length], made), createTensor('INT64', [2], BigInt64Array.of(BigInt(rows), BigInt(most)))];
}

/** Every choice of one place of each; the last changes first. */
function* products(counts: readonly number[]): Generator<readonly number[], void> {
  if (counts.includes(0)) return;
  const places = counts.map(() => 0);
  for (;;) {
    yield places;
    let column = counts.length - 1;
    while (column >= 0 && (places[column] ?? 0) + 1 === counts[column]) places[column--] = 0;
    if (column < 0) return;
    places[column] = (places[column] ?? 0) + 1;
  }
}

/** As a number of 63 bits at most: TensorFlow leaves out the sign where there are no buckets. */
function hashedCross(columns: readonly CrossColumn[], places: readonly number[], { buckets, key }: { readonly buckets: bigint; readonly key: bigint }): bigint {
  const hash = places.reduce((joined, place, column) => joinedHash(joined, numberOf(columns[column]?.values, place)), key);
  return hash % (buckets > 0n ? buckets : 2n ** 63n - 1n);
}

function numberOf(values: Tensor | undefined, place: number): bigint {
  if (values?.dtype === 'BYTES') return fingerprint64(values.data[place] as Uint8Array);
  return BigInt.asUintN(64, values?.dtype === 'INT64' ? (values.data[place] ?? 0n) : 0n);
}

function textCross(columns: readonly CrossColumn[], places: readonly number[]): Uint8Array {
  const texts = places.map((place, column) => {
    const values = columns[column]?.values;
    return values?.dtype === 'BYTES' ? Buffer.from(bytesOf(values)[place] as Uint8Array) : Buffer.from(String(values?.data[place]));
  });
  return Uint8Array.from(Buffer.concat(texts.flatMap((text, at) => (at === 0 ? [text] : [SEPARATOR, text]))));
}

const SEPARATOR = Buffer.from('_X_');

/** Features that are crossed with each other. */
export const CROSSES: HostFamily = {
  title: 'Crosses',
  ops: { SparseCross: crossed },
};
