import type { ModelSpec } from '../model-spec.ts';
import { truncateText } from '../tensorflow-text.ts';
import { grpcV1Error } from './errors.ts';
import { readModelSpec } from './model-spec-reader.ts';
import { WireReader, WireType } from './wire-reader.ts';

/** A `PredictRequest`, its tensors still as they came. */
export interface PredictRequest {
  readonly modelSpec: ModelSpec | undefined;
  /** By alias: the bytes of each TensorProto, views of the request's. */
  readonly inputs: ReadonlyMap<string, Uint8Array>;
  /** Aliases of outputs to compute; empty means all. */
  readonly outputFilter: readonly string[];
}

/** A `GetModelStatusRequest`. */
export interface GetModelStatusRequest {
  readonly modelSpec: ModelSpec | undefined;
}

/** A `GetModelMetadataRequest`. */
export interface GetModelMetadataRequest {
  readonly modelSpec: ModelSpec | undefined;
  readonly metadataFields: readonly string[];
}

const MODEL_SPEC_TAG = (1 << 3) | WireType.bytes;
const INPUTS_TAG = (2 << 3) | WireType.bytes;
const OUTPUT_FILTER_TAG = (3 << 3) | WireType.bytes;
const METADATA_FIELD_TAG = (2 << 3) | WireType.bytes;
const KEY_TAG = (1 << 3) | WireType.bytes;
const VALUE_TAG = (2 << 3) | WireType.bytes;

/** Far more than any signature has, and far less than a Map can hold: a request of empty entries must not fill the memory. */
const MAX_INPUTS = 2 ** 16;

const NO_BYTES: Uint8Array = new Uint8Array(0);

/**
 * Reads a `tensorflow.serving.PredictRequest`. `client_id`, `request_options` and streaming options are passed over, as
 * TensorFlow Serving ignores them.
 *
 * @throws ServingError `SRV_GRPC_V1_MALFORMED`
 */
export function decodePredictRequest(bytes: Uint8Array): PredictRequest {
  const reader = new WireReader(bytes, 'PredictRequest');
  const inputs = new Map<string, Uint8Array>();
  const outputFilter: string[] = [];
  let modelSpec: ModelSpec | undefined;
  while (reader.more) {
    const tag = reader.tag();
    if (tag === MODEL_SPEC_TAG) modelSpec = readModelSpec(reader, modelSpec);
    else if (tag === INPUTS_TAG) readInput(reader, inputs);
    else if (tag === OUTPUT_FILTER_TAG) outputFilter.push(reader.utf8());
    else reader.skip(tag);
  }
  return { modelSpec, inputs, outputFilter };
}

/**
 * Reads a `tensorflow.serving.GetModelStatusRequest`.
 *
 * @throws ServingError `SRV_GRPC_V1_MALFORMED`
 */
export function decodeGetModelStatusRequest(bytes: Uint8Array): GetModelStatusRequest {
  const reader = new WireReader(bytes, 'GetModelStatusRequest');
  let modelSpec: ModelSpec | undefined;
  while (reader.more) {
    const tag = reader.tag();
    if (tag === MODEL_SPEC_TAG) modelSpec = readModelSpec(reader, modelSpec);
    else reader.skip(tag);
  }
  return { modelSpec };
}

/**
 * Reads a `tensorflow.serving.GetModelMetadataRequest` and checks its fields, which comes before the model is looked up.
 *
 * @throws ServingError `SRV_GRPC_V1_MALFORMED`, `SRV_GRPC_V1_METADATA_FIELD_MISSING`, `SRV_GRPC_V1_METADATA_FIELD_UNKNOWN`
 */
export function decodeGetModelMetadataRequest(bytes: Uint8Array): GetModelMetadataRequest {
  const reader = new WireReader(bytes, 'GetModelMetadataRequest');
  const metadataFields: string[] = [];
  let modelSpec: ModelSpec | undefined;
  while (reader.more) {
    const tag = reader.tag();
    if (tag === MODEL_SPEC_TAG) modelSpec = readModelSpec(reader, modelSpec);
    else if (tag === METADATA_FIELD_TAG) metadataFields.push(reader.utf8());
    else reader.skip(tag);
  }
  checkMetadataFields(metadataFields);
  return { modelSpec, metadataFields };
}

function checkMetadataFields(fields: readonly string[]): void {
  if (fields.length === 0) throw grpcV1Error('SRV_GRPC_V1_METADATA_FIELD_MISSING', []);
  const unknown = fields.find((field) => field !== 'signature_def');
  if (unknown !== undefined) throw grpcV1Error('SRV_GRPC_V1_METADATA_FIELD_UNKNOWN', [truncateText(unknown)]);
}

/** Reads one entry of the map: key and value in any order, either may be missing; the last entry of a key wins. */
function readInput(reader: WireReader, inputs: Map<string, Uint8Array>): void {
  let key = '';
  const pieces: Uint8Array[] = [];
  const outer = reader.open();
  while (reader.more) {
    const tag = reader.tag();
    if (tag === KEY_TAG) key = reader.utf8();
    else if (tag === VALUE_TAG) pieces.push(reader.view());
    else reader.skip(tag);
  }
  reader.close(outer);
  const [only = NO_BYTES] = pieces;
  // Pieces of one message are merged, which is what their bytes one after the other mean.
  inputs.set(key, pieces.length < 2 ? only : Buffer.concat(pieces));
  if (inputs.size > MAX_INPUTS) throw reader.malformed(`more than ${MAX_INPUTS} inputs`, reader.position);
}
