import { createTensor, elementCount, type Tensor } from '@servable/core';
import { stepsOf } from '../../compile/fold/move-elements.ts';
import type { OutputFacts } from '../../compile/ir/node-parts.ts';
import { numbersOf } from '../../compile/ir/constant-data.ts';
import { axisOf } from '../../compile/ir/value.ts';
import { RefusedRun } from '../../compile/refused-run.ts';
import { Uncovered } from '../../compile/uncovered.ts';
import { bytesOf, type HostCall, type HostFamily, hostInput, hostOp, integersOf } from '../host-op.ts';
import { isSpace } from '../text/spaces.ts';

/** Strings that are worked on between pauses. */
const STEP = 128;

/** Parts between separators; with none parts between white space, none of them empty. */
function splitText(text: Uint8Array, separator: Uint8Array, most: number): readonly Uint8Array[] {
  if (most === 0) return [text];
  return separator.length === 0 ? splitAtSpaces(text, most) : splitAt(Buffer.from(text.buffer, text.byteOffset, text.byteLength), separator, most);
}

function splitAtSpaces(text: Uint8Array, most: number): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  const skip = (from: number, space: boolean): number => {
    let at = from;
    while (at < text.length && isSpace(text[at]) === space) at++;
    return at;
  };
  for (let start = skip(0, true); start < text.length; ) {
    const end = skip(start, false);
    parts.push(text.subarray(start, end));
    start = skip(end, true);
    if (most > 0 && parts.length === most) return [...parts, text.subarray(start)];
  }
  return parts;
}

function splitAt(text: Buffer, separator: Uint8Array, most: number): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  let start = 0;
  const limit = most < 0 ? text.length + 1 : most;
  while (parts.length < limit) {
    const found = text.indexOf(separator, start);
    if (found === -1) break;
    parts.push(text.subarray(start, found));
    start = found + separator.length;
  }
  return [...parts, text.subarray(start)].map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
}

const split = hostOp<{ readonly most: number }>({
  plan: (call) => ({ attributes: { most: call.attributes.integer('maxsplit', -1) }, outputs: splitFacts(call) }),
  prepare: ({ most }) => ([input, separator]) => splitAll(input, separator, (text, between) => splitText(text, between, most)),
});

/** At each of the separator's bytes; without any at every byte. */
function splitAtBytes(text: Uint8Array, separator: Uint8Array, skipsEmpty: boolean): readonly Uint8Array[] {
  if (separator.length === 0) return Array.from(text, (_, at) => text.subarray(at, at + 1));
  const parts: Uint8Array[] = [];
  for (let start = 0, at = 0; text.length > 0 && at <= text.length; at++) {
    if (at < text.length && !separator.includes(text[at] ?? 0)) continue;
    if (at > start || !skipsEmpty) parts.push(text.subarray(start, at));
    start = at + 1;
  }
  return parts;
}

/** The older op. */
const splitOld = hostOp<{ readonly skipsEmpty: boolean }>({
  plan: (call) => ({ attributes: { skipsEmpty: call.attributes.flag('skip_empty', true) }, outputs: splitFacts(call) }),
  prepare: ({ skipsEmpty }) => ([input, separator]) => splitAll(input, separator, (text, between) => splitAtBytes(text, between, skipsEmpty)),
});

function splitFacts({ sizes }: HostCall): readonly OutputFacts[] {
  const count = sizes.next();
  return [{ dtype: 'INT64', shape: [count, 2] }, { dtype: 'BYTES', shape: [count] }, { dtype: 'INT64', shape: [2] }];
}

type SplitText = (text: Uint8Array, separator: Uint8Array) => readonly Uint8Array[];

function* splitAll(input: Tensor | undefined, separator: Tensor | undefined, splitOne: SplitText): Generator<undefined, readonly Tensor[]> {
  if (input?.shape.length !== 1) throw new RefusedRun('INVALID_ARGUMENT', `input must be a vector, got shape: [${input?.shape.join(',') ?? ''}]`);
  const [between] = bytesOf(separator);
  if (separator?.shape.length !== 0 || between === undefined) throw new RefusedRun('INVALID_ARGUMENT', `sep must be a scalar, got shape: [${separator?.shape.join(',') ?? ''}]`);
  const [places, parts]: [bigint[], Uint8Array[]] = [[], []];
  let widest = 0;
  for (const [row, text] of bytesOf(input).entries()) {
    const own = splitOne(text, between);
    for (const [at, part] of own.entries()) {
      places.push(BigInt(row), BigInt(at));
      parts.push(part);
    }
    widest = Math.max(widest, own.length);
    if (row % STEP === STEP - 1) yield undefined;
  }
  const shape = BigInt64Array.of(BigInt(input.data.length), BigInt(widest));
  return [createTensor('INT64', [parts.length, 2], BigInt64Array.from(places)), createTensor('BYTES', [parts.length], parts), createTensor('INT64', [2], shape)];
}

function joinParts(parts: readonly Uint8Array[], between: Uint8Array): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts.flatMap((part, at) => (at === 0 ? [part] : [between, part]))));
}

interface Joining {
  readonly separator: string;
}

const segmentJoin = hostOp<Joining>({
  plan: (call) => {
    const [inputs, ids, count] = [hostInput(call, 0), hostInput(call, 1), hostInput(call, 2)];
    if (inputs.shape === undefined || ids.shape === undefined) throw new Uncovered('it is not known how many axes its inputs have');
    const known = count.constant === undefined ? count.elements?.[0] : numbersOf(count.constant)?.[0];
    return { attributes: { separator: call.attributes.text('separator') }, outputs: [{ dtype: 'BYTES', shape: [known ?? call.sizes.next(), ...inputs.shape.slice(ids.shape.length)] }] };
  },
  prepare: ({ separator }) => {
    const between = new TextEncoder().encode(separator);
    return ([inputs, ids, count]) => [joinSegments(inputs, { ids, count: integersOf(count)[0] ?? 0, between })];
  },
});

function joinSegments(inputs: Tensor | undefined, { ids, count, between }: { readonly ids: Tensor | undefined; readonly count: number; readonly between: Uint8Array }): Tensor {
  const [shape, idShape] = [inputs?.shape ?? [], ids?.shape ?? []];
  if (String(shape.slice(0, idShape.length)) !== String(idShape)) throw new RefusedRun('INVALID_ARGUMENT', `Segment_ids shape [${idShape}] must be a prefix of inputs shape [${shape}]`);
  const rest = shape.slice(idShape.length);
  const width = elementCount(rest);
  const groups = Array.from({ length: count * width }, (): Uint8Array[] => []);
  for (const [row, id] of integersOf(ids).entries()) {
    if (id < 0 || id >= count) throw new RefusedRun('INVALID_ARGUMENT', 'segment_ids are not allowed to exceed num_segments or to have negative values.');
    for (let at = 0; at < width; at++) groups[id * width + at]?.push(bytesOf(inputs)[row * width + at] as Uint8Array);
  }
  return createTensor('BYTES', [count, ...rest], groups.map((parts) => joinParts(withoutEmptyStart(parts), between)));
}

/** TensorFlow begins with a separator only when something stands before it. */
function withoutEmptyStart(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const first = parts.findIndex(({ length }) => length > 0);
  return first === -1 ? [] : parts.slice(first);
}

const reduceJoin = hostOp<Joining & { readonly keepsAxes: boolean; readonly axes: readonly number[] }>({
  plan: (call) => {
    const [input, axes] = [hostInput(call, 0), hostInput(call, 1).constant];
    const listed = axes === undefined ? undefined : numbersOf(axes);
    if (input.shape === undefined || listed === undefined || listed.length === 0) throw new Uncovered('its axes are only known at run time');
    const rank = input.shape.length;
    const gone = listed.map((axis) => axisOf(axis, rank));
    if (gone.some((axis) => axis < 0 || axis >= rank)) throw new RefusedRun('INVALID_ARGUMENT', `Invalid reduction dimension ${listed.join(', ')} for input with ${rank} dimension(s)`);
    const keepsAxes = call.attributes.flag('keep_dims');
    const shape = keepsAxes ? input.shape.map((size, axis) => (gone.includes(axis) ? 1 : size)) : input.shape.filter((_, axis) => !gone.includes(axis));
    return { attributes: { separator: call.attributes.text('separator'), keepsAxes, axes: gone }, outputs: [{ dtype: 'BYTES', shape }], keepsRows: !gone.includes(0) };
  },
  prepare: ({ separator, keepsAxes, axes }) => {
    const between = new TextEncoder().encode(separator);
    return ([input]) => {
      // Nothing at all is joined where an axis is empty, and nothing comes between.
      const separating = axes.some((axis) => input?.shape[axis] === 0) ? new Uint8Array(0) : between;
      const joined = axes.reduce((tensor, axis) => joinAxis(tensor, axis, separating), input as Tensor);
      return [keepsAxes ? joined : createTensor('BYTES', joined.shape.filter((_, axis) => !axes.includes(axis)), joined.data)];
    };
  },
});

/** One axis after the other, each of size 1 from then on. */
function joinAxis(tensor: Tensor, axis: number, between: Uint8Array): Tensor {
  const [size = 0, step = 1] = [tensor.shape[axis], stepsOf(tensor.shape)[axis]];
  const [texts, shape] = [bytesOf(tensor), tensor.shape.with(axis, 1)];
  const data = Array.from({ length: elementCount(shape) }, (_, at) => {
    const start = Math.floor(at / step) * step * size + (at % step);
    return joinParts(Array.from({ length: size }, (__, place) => texts[start + place * step] as Uint8Array), between);
  });
  return createTensor('BYTES', shape, data);
}

/** Strings that are taken apart, and put together. */
export const SPLITS: HostFamily = {
  title: 'Splitting and joining',
  ops: { ReduceJoin: reduceJoin, StringSplit: splitOld, StringSplitV2: split, UnsortedSegmentJoin: segmentJoin },
};
