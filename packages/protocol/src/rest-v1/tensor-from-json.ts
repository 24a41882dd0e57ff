import { type DType, elementCount, type Tensor } from '@servable/core';
import { tensorFlowTypeOf } from '../data-type.ts';
import type { Compat } from './compat.ts';
import { createSink, isReadable } from './create-sink.ts';
import { restError } from './errors.ts';
import { isBase64Object } from './json-lookup.ts';
import { type JsonTape, KIND } from './json-tape.ts';
import { typeName, valueText } from './json-text.ts';
import { INTEGER_RANGES, literalRange, type NarrowDType } from './number-sinks.ts';
import { STEP_ELEMENTS, type Steps } from '../slices.ts';
import type { TensorSink } from './tensor-sink.ts';

/** TensorFlow's limit; a tensor of more dimensions cannot be made. */
const MAX_RANK = 254;

/** The input that a value is read for. */
export interface InputTarget {
  readonly name: string;
  readonly dtype: DType;
  readonly compat: Compat;
}

/** The shape that a value's nesting has, going down its first elements. */
export function nestingOf(tape: JsonTape, index: number): number[] {
  const shape: number[] = [];
  let at = index;
  while (tape.isArray(at)) {
    const count = tape.count(at);
    shape.push(count);
    if (count === 0) break;
    at += 1;
  }
  return shape;
}

/** @throws ServingError `SRV_REST_V1_INPUT_RANK` */
export function checkRank(shape: readonly number[], name: string): void {
  if (shape.length > MAX_RANK) throw restError('SRV_REST_V1_INPUT_RANK', [name]);
}

/** A sink with room for a tensor of this shape, or for all the values there are when the shape claims more than that. */
export function sinkFor(target: InputTarget, shape: readonly number[], tape: JsonTape): TensorSink {
  return createSink(target.dtype, Math.min(elementCount(shape), tape.length), target.compat);
}

/** Reads a value as a whole tensor; its shape is that of its nesting. */
export function* tensorSteps(tape: JsonTape, index: number, target: InputTarget): Steps<Tensor> {
  const shape = nestingOf(tape, index);
  checkRank(shape, target.name);
  const sink = sinkFor(target, shape, tape);
  if ((yield* takeSteps(sink, tape, index, shape)) < 0) yield* explainSteps(tape, index, target);
  return sink.finish(shape);
}

/** Takes a value of the given shape into the sink. Returns the entry after it, or -1 when it has another shape or type. */
export function* takeSteps(sink: TensorSink, tape: JsonTape, index: number, shape: readonly number[]): Steps<number> {
  const [size, ...rest] = shape;
  if (size === undefined || isSmall(tape, index)) return takeValue(sink, tape, index, shape);
  if (!tape.isArray(index) || tape.count(index) !== size) return -1;
  const isInnermost = rest.length === 0;
  let at = index + 1;
  let paused = at;
  for (let taken = 0; taken < size && at >= 0; ) {
    const count = isInnermost ? Math.min(STEP_ELEMENTS, size - taken) : 1;
    if (isInnermost) at = sink.take(tape, at, count);
    else at = isSmall(tape, at) ? takeValue(sink, tape, at, rest) : yield* takeSteps(sink, tape, at, rest);
    taken += count;
    if (at - paused < STEP_ELEMENTS) continue;
    paused = at;
    yield;
  }
  return at;
}

/** Whether a value needs no steps: most do not, and a generator for each would cost more than they do. */
export function isSmall(tape: JsonTape, index: number): boolean {
  return tape.next(index) - index <= STEP_ELEMENTS;
}

/** {@link takeSteps} at once, for small values. */
export function takeValue(sink: TensorSink, tape: JsonTape, index: number, shape: readonly number[], level = 0): number {
  const size = shape[level];
  if (size === undefined) return sink.take(tape, index, 1);
  if (!tape.isArray(index) || tape.count(index) !== size) return -1;
  if (level === shape.length - 1) return sink.take(tape, index + 1, size);
  let at = index + 1;
  for (let element = 0; element < size && at >= 0; element += 1) at = takeValue(sink, tape, at, shape, level + 1);
  return at;
}

/** What a value would be as a tensor. */
export interface Explained {
  readonly shape: readonly number[];
  readonly count: number;
}

/**
 * Goes through a value that could not be taken, in the order of the text, and throws what is wrong with it. Returns when it
 * is a good tensor in itself.
 *
 * @throws ServingError `SRV_REST_V1_VALUE_*`, `SRV_REST_V1_LIST_*`, `SRV_REST_V1_BASE64_*`, `SRV_REST_V1_DTYPE_NOT_READABLE`
 *
 * Source: TF Serving, `FillTensorProto` in `util/json_tensor.cc`.
 */
export function* explainSteps(tape: JsonTape, index: number, target: InputTarget): Steps<Explained> {
  const shape = nestingOf(tape, index);
  checkRank(shape, target.name);
  const probe = createSink(target.dtype, 0, target.compat);
  const count = yield* explainLevel({ tape, target, shape, probe }, index, 0);
  return { shape, count };
}

interface Explanation {
  readonly tape: JsonTape;
  readonly target: InputTarget;
  readonly shape: readonly number[];
  readonly probe: TensorSink;
}

function* explainLevel(explanation: Explanation, index: number, level: number): Steps<number> {
  const { tape, shape } = explanation;
  if (!tape.isArray(index)) return explainLeaf(explanation, index, level);
  const expected = shape[level];
  if (expected === undefined) throw restError('SRV_REST_V1_LIST_LEVEL', [level, shape.length]);
  if (tape.count(index) !== expected) throw restError('SRV_REST_V1_LIST_SIZE', [tape.count(index), level, expected]);
  const end = tape.next(index);
  let count = 0;
  for (let at = index + 1; at < end; at = tape.next(at)) {
    count += tape.isArray(at) ? yield* explainLevel(explanation, at, level + 1) : explainLeaf(explanation, at, level + 1);
    if (count % STEP_ELEMENTS === 0) yield;
  }
  return count;
}

function explainLeaf({ tape, target, shape, probe }: Explanation, index: number, level: number): number {
  if (level !== shape.length) throw restError('SRV_REST_V1_VALUE_LEVEL', [valueText(tape, index, target.compat), level + 1, shape.length]);
  if (probe.take(tape, index, 1) < 0) throw leafError(tape, index, target);
  return 1;
}

function leafError(tape: JsonTape, index: number, target: InputTarget): Error {
  const { dtype } = target;
  const value = valueText(tape, index, target.compat);
  const dtypeText = tensorFlowTypeOf(dtype).text;
  if (dtype === 'BYTES' && tape.isObject(index)) {
    return isBase64Object(tape, index) ? restError('SRV_REST_V1_BASE64_DATA', []) : restError('SRV_REST_V1_BASE64_OBJECT', [value]);
  }
  if (!tape.isObject(index) && !isReadable(dtype, target.compat)) {
    return restError('SRV_REST_V1_DTYPE_NOT_READABLE', [value, dtypeText]);
  }
  if (tape.kind(index) === KIND.integer && isNarrow(dtype) && isLiteralOf(dtype, tape.numbers[index] ?? 0)) {
    const { minimum, maximum } = INTEGER_RANGES[dtype];
    return restError('SRV_REST_V1_VALUE_RANGE', [value, dtypeText, minimum, maximum]);
  }
  return restError('SRV_REST_V1_VALUE_TYPE', [value, typeName(tape, index), dtypeText]);
}

function isNarrow(dtype: DType): dtype is NarrowDType {
  return Object.hasOwn(INTEGER_RANGES, dtype);
}

function isLiteralOf(dtype: NarrowDType, value: number): boolean {
  const { minimum, maximum } = literalRange(dtype);
  return value >= minimum && value <= maximum;
}
