import { type NamedTensors, type Signature, type Tensor } from '@servable/core';
import type { Compat, RestOptions } from './compat.ts';
import { restError } from './errors.ts';
import { findMember, isBase64Object } from './json-lookup.ts';
import { type JsonBody, parseBody, parseBodyInSlices, type ReadOptions } from './json-body.ts';
import type { JsonTape } from './json-tape.ts';
import { valueText } from './json-text.ts';
import { namedRowSteps, plainRowSteps, type RowRequest } from './rows.ts';
import { finish, finishInSlices, type SliceOptions, type Steps } from '../slices.ts';
import { tensorSteps } from './tensor-from-json.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const INSTANCES = encode('instances');
const INPUTS = encode('inputs');

/** A predict request's body, parsed. */
export type PredictBody = JsonBody;

/** The inputs of a predict request, and how its answer is to be laid out. */
export interface RestInputs {
  /**
   * Every input of the signature, from the request or from the signature's defaults. `BYTES` elements may be views of the
   * request's bytes.
   */
  readonly inputs: NamedTensors;
  readonly style: PredictStyle;
}

/** `row`: `instances` and `predictions`. `columnar`: `inputs` and `outputs`. */
export type PredictStyle = 'row' | 'columnar';

/**
 * First step of a predict request, before the model is looked up: parses the body and reads `signature_name`.
 *
 * @throws ServingError `INVALID_ARGUMENT`: `SRV_REST_V1_BODY_EMPTY`, `SRV_REST_V1_JSON_INVALID`,
 *   `SRV_REST_V1_JSON_TOO_DEEP`, `SRV_REST_V1_NOT_OBJECT`, `SRV_REST_V1_SIGNATURE_NAME_TYPE`
 */
export function parsePredictBody(bytes: Uint8Array, options: ReadOptions = {}): PredictBody {
  return parseBody(bytes, options);
}

/** {@link parsePredictBody} for large bodies: pauses between slices, so that others get their turn. */
export function parsePredictBodyInSlices(bytes: Uint8Array, options: ReadOptions & SliceOptions): Promise<PredictBody> {
  return parseBodyInSlices(bytes, options);
}

/**
 * Second step, once the signature is known: reads `instances` or `inputs` as the signature's dtypes want. Shapes are those
 * of the JSON's nesting; the signature's own are not checked. Names that `inputs` has beside the signature's are ignored.
 *
 * In default mode inputs that have a default in the signature may be left out (by all rows or by none), narrow integers are
 * checked against their range, and `FP16`, `BF16` and `UINT16` are read as numbers; see `docs/tensorflow-serving.md`.
 *
 * @throws ServingError `INVALID_ARGUMENT` with TensorFlow Serving's text; `UNIMPLEMENTED` for a dtype that JSON cannot carry
 *
 * Source: TF Serving, `FillPredictRequestFromJson` in `util/json_tensor.cc`.
 */
export function resolvePredictBody(body: PredictBody, signature: Signature, options: RestOptions = {}): RestInputs {
  return finish(resolveSteps(body, signature, options.compat ?? 'default'));
}

/** {@link resolvePredictBody} for large bodies. */
export function resolvePredictBodyInSlices(
  body: PredictBody,
  signature: Signature,
  options: RestOptions & SliceOptions,
): Promise<RestInputs> {
  return finishInSlices(resolveSteps(body, signature, options.compat ?? 'default'), () => options.pause());
}

function* resolveSteps(body: PredictBody, signature: Signature, compat: Compat): Steps<RestInputs> {
  const { tape } = body;
  const instances = findMember(tape, 0, INSTANCES);
  const inputs = findMember(tape, 0, INPUTS);
  const isCallable = signature.inputs.size > 0 || (compat === 'default' && instances < 0 && tape.isObject(inputs));
  if (!isCallable) {
    throw restError('SRV_REST_V1_SIGNATURE_NO_INPUTS', [body.signatureName === '' ? 'DEFAULT' : body.signatureName]);
  }
  if (instances >= 0) {
    checkInstances({ tape, instances, signature, compat }, inputs);
    return { inputs: yield* rowSteps({ tape, instances, signature, compat }), style: 'row' };
  }
  if (inputs < 0) throw restError('SRV_REST_V1_KEYS_MISSING', []);
  return { inputs: yield* columnSteps({ tape, inputs, signature, compat }), style: 'columnar' };
}

function checkInstances({ tape, instances, compat }: RowRequest, inputs: number): void {
  const fail = (what: string): Error => restError('SRV_REST_V1_BODY_SHAPE', [valueText(tape, 0, compat), what]);
  if (inputs >= 0) throw fail("Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist ");
  if (!tape.isArray(instances)) throw fail("Expecting 'instances' to be an list/array");
  if (tape.count(instances) === 0) throw fail("No values in 'instances' array");
}

function* rowSteps(request: RowRequest): Steps<NamedTensors> {
  const { tape, instances, signature, compat } = request;
  const first = instances + 1;
  const isNamed = tape.isObject(first) && !isBase64Object(tape, first);
  const mayBePlain = signature.inputs.size === 1 || (compat === 'strict' && tape.isObject(first));
  if (!isNamed && !mayBePlain) throw restError('SRV_REST_V1_INSTANCES_PLAIN', []);
  return isNamed ? yield* namedRowSteps(request) : yield* plainRowSteps(request);
}

interface ColumnRequest {
  readonly tape: JsonTape;
  readonly inputs: number;
  readonly signature: Signature;
  readonly compat: Compat;
}

function* columnSteps({ tape, inputs, signature, compat }: ColumnRequest): Steps<NamedTensors> {
  const isPlain = !tape.isObject(inputs) || isBase64Object(tape, inputs);
  if (isPlain && signature.inputs.size > 1) throw restError('SRV_REST_V1_INPUTS_PLAIN', []);
  const tensors = new Map<string, Tensor>();
  for (const [name, { dtype }] of signature.inputs) {
    const value = isPlain ? inputs : findMember(tape, inputs, encode(name));
    const fallback = compat === 'strict' ? undefined : signature.defaults.get(name);
    if (value < 0 && fallback === undefined) throw restError('SRV_REST_V1_INPUT_MISSING', [name]);
    tensors.set(name, fallback !== undefined && value < 0 ? fallback : yield* tensorSteps(tape, value, { name, dtype, compat }));
  }
  return tensors;
}
