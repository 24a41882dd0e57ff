import { exampleError } from '../examples/errors.ts';
import { type ExampleList, MAX_EXAMPLES } from '../examples/example-list.ts';
import type { InferenceTask } from '../examples/multi-inference.ts';
import type { ModelSpec } from '../model-spec.ts';
import { readModelSpec } from './model-spec-reader.ts';
import { WireReader, WireType } from './wire-reader.ts';

/** A `ClassificationRequest` or `RegressionRequest`, its examples still serialized: views of the request's bytes. */
export interface ExampleRequest {
  readonly modelSpec: ModelSpec | undefined;
  readonly input: ExampleList;
}

/** A `MultiInferenceRequest`. */
export interface MultiInferenceRequest {
  readonly tasks: readonly (InferenceTask & { readonly modelSpec: ModelSpec | undefined })[];
  readonly input: ExampleList;
}

const bytesTag = (number: number): number => (number << 3) | WireType.bytes;
const MODEL_SPEC_TAG = bytesTag(1);
const TASK_TAG = bytesTag(1);
const METHOD_NAME_TAG = bytesTag(2);
const INPUT_TAG = bytesTag(2);
const EXAMPLE_TAG = bytesTag(1);
const CONTEXT_TAG = bytesTag(2);
/** The two kinds of an `Input`. */
const EXAMPLE_LIST_TAG = bytesTag(1);
const LIST_WITH_CONTEXT_TAG = bytesTag(2);
/** Far more than a model has signatures. */
const MAX_TASKS = 1024;

/** Reads a `ClassificationRequest`. @throws ServingError `SRV_GRPC_V1_MALFORMED`, `SRV_EXAMPLE_TOO_MANY` */
export function decodeClassificationRequest(bytes: Uint8Array): ExampleRequest {
  return decodeExampleRequest(new WireReader(bytes, 'ClassificationRequest'));
}

/** Reads a `RegressionRequest`. @throws ServingError `SRV_GRPC_V1_MALFORMED`, `SRV_EXAMPLE_TOO_MANY` */
export function decodeRegressionRequest(bytes: Uint8Array): ExampleRequest {
  return decodeExampleRequest(new WireReader(bytes, 'RegressionRequest'));
}

/** Reads a `MultiInferenceRequest`. @throws ServingError `SRV_GRPC_V1_MALFORMED`, `SRV_EXAMPLE_TOO_MANY` */
export function decodeMultiInferenceRequest(bytes: Uint8Array): MultiInferenceRequest {
  const reader = new WireReader(bytes, 'MultiInferenceRequest');
  const tasks: MultiInferenceRequest['tasks'][number][] = [];
  const input = new InputReader();
  while (reader.more) {
    const tag = reader.tag();
    if (tag === TASK_TAG) tasks.push(readTask(reader));
    else if (tag === INPUT_TAG) input.read(reader);
    else reader.skip(tag);
    if (tasks.length > MAX_TASKS) throw exampleError('SRV_EXAMPLE_TOO_MANY', ['tasks', MAX_TASKS]);
  }
  return { tasks, input: input.list };
}

function decodeExampleRequest(reader: WireReader): ExampleRequest {
  const input = new InputReader();
  let modelSpec: ModelSpec | undefined;
  while (reader.more) {
    const tag = reader.tag();
    if (tag === MODEL_SPEC_TAG) modelSpec = readModelSpec(reader, modelSpec);
    else if (tag === INPUT_TAG) input.read(reader);
    else reader.skip(tag);
  }
  return { modelSpec, input: input.list };
}

function readTask(reader: WireReader): MultiInferenceRequest['tasks'][number] {
  let modelSpec: ModelSpec | undefined;
  let methodName = '';
  const outer = reader.open();
  while (reader.more) {
    const tag = reader.tag();
    if (tag === MODEL_SPEC_TAG) modelSpec = readModelSpec(reader, modelSpec);
    else if (tag === METHOD_NAME_TAG) methodName = reader.utf8();
    else reader.skip(tag);
  }
  reader.close(outer);
  return { modelSpec, modelName: modelSpec?.name ?? '', signatureName: modelSpec?.signatureName ?? '', methodName };
}

/** Reads an `Input`, in one piece or several: of its two kinds the last wins, and pieces of one kind are joined. */
class InputReader {
  #kind = 0;
  #examples: Uint8Array[] = [];
  #context: Uint8Array | undefined;

  get list(): ExampleList {
    return { examples: this.#examples, context: this.#context };
  }

  read(reader: WireReader): void {
    const outer = reader.open();
    while (reader.more) {
      const tag = reader.tag();
      if (tag === EXAMPLE_LIST_TAG || tag === LIST_WITH_CONTEXT_TAG) this.#readList(reader, tag);
      else reader.skip(tag);
    }
    reader.close(outer);
  }

  #readList(reader: WireReader, kind: number): void {
    if (kind !== this.#kind) {
      this.#kind = kind;
      this.#examples = [];
      this.#context = undefined;
    }
    const outer = reader.open();
    while (reader.more) {
      const tag = reader.tag();
      if (tag === EXAMPLE_TAG) this.#examples.push(reader.view());
      else if (tag === CONTEXT_TAG && kind === LIST_WITH_CONTEXT_TAG) this.#addContext(reader.view());
      else reader.skip(tag);
      if (this.#examples.length > MAX_EXAMPLES) throw exampleError('SRV_EXAMPLE_TOO_MANY', ['examples', MAX_EXAMPLES]);
    }
    reader.close(outer);
  }

  /** Pieces of one message are merged, which is what their bytes one after the other mean. */
  #addContext(piece: Uint8Array): void {
    this.#context = this.#context === undefined ? piece : Buffer.concat([this.#context, piece]);
  }
}
