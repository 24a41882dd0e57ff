import { elementCount, type NamedTensors, ServingError, type Signature, type Tensor } from '@servable/core';
import type { Compat } from './compat.ts';
import { restError } from './errors.ts';
import { hasText, isBase64Object } from './json-lookup.ts';
import { stringText } from './json-string.ts';
import type { JsonTape } from './json-tape.ts';
import { valueText } from './json-text.ts';
import { STEP_ELEMENTS, type Steps } from '../slices.ts';
import { checkRank, explainSteps, type InputTarget, isSmall, nestingOf, sinkFor, takeSteps, takeValue } from './tensor-from-json.ts';
import type { TensorSink } from './tensor-sink.ts';

/** The `instances` of a request; a non-empty array. */
export interface RowRequest {
  readonly tape: JsonTape;
  /** The array's entry. */
  readonly instances: number;
  readonly signature: Signature;
  readonly compat: Compat;
}

const isNamedElement = (tape: JsonTape, index: number): boolean => tape.isObject(index) && !isBase64Object(tape, index);

/**
 * Rows that are values of the only input: the whole list is read as one tensor, and only when that fails is it gone through
 * element by element, to say what TensorFlow Serving says.
 */
export function* plainRowSteps(request: RowRequest): Steps<NamedTensors> {
  const { tape, instances, signature, compat } = request;
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype }] of signature.inputs) {
    if (tensors.size > 0) return withDefaults(tensors, signature);
    const target: InputTarget = { name, dtype, compat };
    const shape = [tape.count(instances), ...nestingOf(tape, instances + 1)];
    checkRank(shape, name);
    const sink = sinkFor(target, shape, tape);
    if ((yield* takeSteps(sink, tape, instances, shape)) < 0) yield* explainRows(request, target);
    tensors.set(name, sink.finish(shape));
  }
  return tensors;
}

/** For strict mode's rows of one value for several inputs: the first input has them, the others need defaults. */
function withDefaults(sent: ReadonlyMap<string, Tensor>, signature: Signature): NamedTensors {
  const missing = [...signature.inputs.keys()].filter((name) => !sent.has(name) && !signature.defaults.has(name));
  if (missing.length > 0) {
    const names = [...signature.inputs.keys()].toSorted();
    throw restError('SRV_REST_V1_INPUT_COUNT', [[...sent.keys()].join(','), names, missing.toSorted()]);
  }
  return new Map([...signature.inputs.keys()].map((name) => [name, tensorOf(name, sent, signature)]));
}

function tensorOf(name: string, sent: ReadonlyMap<string, Tensor>, signature: Signature): Tensor {
  const tensor = sent.get(name) ?? signature.defaults.get(name);
  if (tensor === undefined) throw restError('SRV_REST_V1_INPUT_MISSING', [name]);
  return tensor;
}

function* explainRows({ tape, instances }: RowRequest, target: InputTarget): Steps<void> {
  const expected = nestingOf(tape, instances + 1);
  const end = tape.next(instances);
  let row = 0;
  for (let at = instances + 1; at < end; at = tape.next(at)) {
    if (isNamedElement(tape, at)) throw restError('SRV_REST_V1_STYLE_MIXED', ['value/list', 'object', row]);
    try {
      yield* explainElement(tape, at, target, expected);
    } catch (error) {
      throw elementError(row, undefined, error);
    }
    row += 1;
  }
}

/** Throws what is wrong with one element: in itself, or beside the first. */
function* explainElement(tape: JsonTape, index: number, target: InputTarget, expected: readonly number[]): Steps<void> {
  const { shape, count } = yield* explainSteps(tape, index, target);
  if (count !== elementCount(expected)) throw restError('SRV_REST_V1_ELEMENT_SIZE', [elementCount(expected), count]);
  if (shape.join() !== expected.join()) throw restError('SRV_REST_V1_ELEMENT_SHAPE', [expected, shape]);
}

function elementError(row: number, input: string | undefined, error: unknown): unknown {
  if (!ServingError.is(error)) return error;
  return restError('SRV_REST_V1_ELEMENT', [row, input, error.status, error.message], { cause: error });
}

/** One input of rows that are objects. */
interface NamedInput {
  readonly target: InputTarget;
  readonly key: Uint8Array;
  shape: readonly number[];
  /** `undefined` until a row has the input. */
  sink: TensorSink | undefined;
  /** The rows that had it first and last; -1: none. */
  firstRow: number;
  row: number;
}

/** Rows that are objects with a value for each input. */
export function* namedRowSteps(request: RowRequest): Steps<NamedTensors> {
  const { tape, instances, signature, compat } = request;
  const inputs = [...signature.inputs].map(([name, { dtype }]): NamedInput => {
    const key = new TextEncoder().encode(name);
    return { target: { name, dtype, compat }, key, shape: [], sink: undefined, firstRow: -1, row: -1 };
  });
  const rows = tape.count(instances);
  let at = instances + 1;
  let lastYield = at;
  for (let row = 0; row < rows; row += 1, at = tape.next(at)) {
    if (!isNamedElement(tape, at)) throw restError('SRV_REST_V1_STYLE_MIXED', ['object', 'list', row]);
    yield* takeRow(request, inputs, at, row);
    if (at - lastYield > STEP_ELEMENTS) {
      lastYield = at;
      yield;
    }
  }
  const sent = new Map<string, Tensor>();
  for (const { target, sink, shape } of inputs) if (sink !== undefined) sent.set(target.name, sink.finish([rows, ...shape]));
  return new Map(inputs.map(({ target }) => [target.name, tensorOf(target.name, sent, signature)]));
}

function* takeRow(request: RowRequest, inputs: readonly NamedInput[], element: number, row: number): Steps<void> {
  const { tape } = request;
  const end = tape.next(element);
  let guess = 0;
  for (let key = element + 1; key < end; key = tape.next(key + 1)) {
    const position = findInput(tape, key, inputs, guess);
    const input = inputs[position];
    if (input === undefined) throw unknownKey(tape, key, row);
    guess = position + 1;
    // Of keys that are written twice the first counts, as everywhere.
    if (input.row === row) continue;
    input.row = row;
    if (input.firstRow < 0) input.firstRow = row;
    try {
      const sink = (input.sink ??= openSink(request, input, key + 1));
      const next = isSmall(tape, key + 1) ? takeValue(sink, tape, key + 1, input.shape) : yield* takeSteps(sink, tape, key + 1, input.shape);
      if (next < 0) yield* explainElement(tape, key + 1, input.target, input.shape);
    } catch (error) {
      throw elementError(row, input.target.name, error);
    }
  }
  if (!isComplete(request, inputs, row)) {
    const names = inputs.map(({ target }) => target.name).toSorted();
    throw restError('SRV_REST_V1_ELEMENT_KEYS', [row, valueText(tape, element, request.compat), names]);
  }
}

/** Rows mostly have their keys in one order: the guess is the input after the one before. */
function findInput(tape: JsonTape, key: number, inputs: readonly NamedInput[], guess: number): number {
  const guessed = inputs[guess];
  if (guessed !== undefined && hasText(tape, key, guessed.key)) return guess;
  return inputs.findIndex((input) => hasText(tape, key, input.key));
}

function unknownKey(tape: JsonTape, key: number, row: number): unknown {
  const name = stringText(tape, key);
  return elementError(row, name, restError('SRV_REST_V1_INPUT_UNKNOWN', [name]));
}

function openSink({ tape, instances }: RowRequest, input: NamedInput, index: number): TensorSink {
  input.shape = nestingOf(tape, index);
  checkRank(input.shape, input.target.name);
  return sinkFor(input.target, [tape.count(instances), ...input.shape], tape);
}

/** Whether a row has all it needs: every input or, in default mode, the same ones as the first row with defaults for the rest. */
function isComplete({ signature, compat }: RowRequest, inputs: readonly NamedInput[], row: number): boolean {
  return inputs.every((input) => {
    if (input.row === row) return input.firstRow === 0;
    return compat !== 'strict' && input.sink === undefined && signature.defaults.has(input.target.name);
  });
}
