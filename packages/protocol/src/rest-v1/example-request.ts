import { exampleError } from '../examples/errors.ts';
import { type ExampleList, MAX_EXAMPLES } from '../examples/example-list.ts';
import { bytesField, joinFields } from '../grpc-v1/message-bytes.ts';
import type { Compat } from './compat.ts';
import { restError } from './errors.ts';
import { exampleBytes } from './example-features.ts';
import { findMember } from './json-lookup.ts';
import type { JsonTape } from './json-tape.ts';
import { typeName, valueText } from './json-text.ts';
import { type JsonBody, parseBody, parseBodyInSlices, type ReadOptions } from './json-body.ts';
import { finish, finishInSlices, type SliceOptions, STEP_ELEMENTS, type Steps } from '../slices.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const EXAMPLES = encode('examples');
const CONTEXT = encode('context');

/** The body of a classify or regress request. */
export interface ExampleBody {
  /** As the client wrote it; empty means the default signature. */
  readonly signatureName: string;
  readonly input: ExampleList;
}

/**
 * Reads the body of a classify or regress request: each object of `examples` becomes a serialized `tensorflow.Example`.
 *
 * In default mode a feature's numbers may be written with and without a fraction: all are floats then, as JSON has one kind
 * of number only.
 *
 * @throws ServingError `INVALID_ARGUMENT` with TensorFlow Serving's text
 *
 * Source: TF Serving, `FillClassifyRegressRequestFromJson` in `util/json_tensor.cc`.
 */
export function parseExampleBody(bytes: Uint8Array, options: ReadOptions = {}): ExampleBody {
  const body = parseBody(bytes, options);
  return { signatureName: body.signatureName, input: finish(exampleSteps(body, options.compat ?? 'default')) };
}

/** {@link parseExampleBody} for large bodies: pauses between slices, so that others get their turn. */
export async function parseExampleBodyInSlices(bytes: Uint8Array, options: ReadOptions & SliceOptions): Promise<ExampleBody> {
  const body = await parseBodyInSlices(bytes, options);
  const input = await finishInSlices(exampleSteps(body, options.compat ?? 'default'), () => options.pause());
  return { signatureName: body.signatureName, input };
}

function* exampleSteps({ tape }: JsonBody, compat: Compat): Steps<ExampleList> {
  const contextAt = findMember(tape, 0, CONTEXT);
  const context = contextAt < 0 ? undefined : readExample(tape, contextAt, compat);
  const list = findMember(tape, 0, EXAMPLES);
  checkList(tape, list, compat);
  const examples: Uint8Array[] = [];
  const end = tape.next(list);
  let lastYield = list;
  for (let at = list + 1; at < end; at = tape.next(at)) {
    examples.push(readExample(tape, at, compat));
    if (at - lastYield < STEP_ELEMENTS) continue;
    lastYield = at;
    yield;
  }
  return { examples, context };
}

function checkList(tape: JsonTape, list: number, compat: Compat): void {
  const fail = (what: string): Error => restError('SRV_REST_V1_BODY_SHAPE', [valueText(tape, 0, compat), what]);
  // The same text for regress: that is the reference's.
  if (list < 0) throw fail("When method is classify, key 'examples' is expected and was not found");
  if (!tape.isArray(list)) throw fail("Expecting 'examples' value to be an list/array");
  if (tape.count(list) === 0) throw fail("'examples' value is an empty array");
  if (tape.count(list) > MAX_EXAMPLES) throw exampleError('SRV_EXAMPLE_TOO_MANY', ['examples', MAX_EXAMPLES]);
}

function readExample(tape: JsonTape, index: number, compat: Compat): Uint8Array {
  if (!tape.isObject(index)) throw restError('SRV_REST_V1_EXAMPLE_TYPE', [typeName(tape, index)]);
  // Without members it has no features either.
  if (tape.count(index) === 0) return new Uint8Array(0);
  const { buffer, byteOffset, byteLength } = bytesField(1, joinFields(exampleBytes(tape, index, compat)));
  // Servables get it: no Buffer, whose methods are not those of other arrays.
  return new Uint8Array(buffer, byteOffset, byteLength);
}
