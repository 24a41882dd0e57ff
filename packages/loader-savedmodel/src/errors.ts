import { defineErrors, type Status } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface ErrorArguments {
  SRV_SAVEDMODEL_NOT_FOUND: [directory: string];
  SRV_SAVEDMODEL_SESSION_BUNDLE: [directory: string];
  SRV_SAVEDMODEL_UNSUPPORTED: [path: string, reason: string];
  SRV_SAVEDMODEL_UNREADABLE: [path: string, reason: string];
  SRV_SAVEDMODEL_TRUNCATED: [path: string, reason: string];
  SRV_SAVEDMODEL_MALFORMED: [path: string, kind: 'binary' | 'text', reason: string];
  SRV_SAVEDMODEL_TAGS_NOT_FOUND: [path: string, tags: readonly string[], present: readonly (readonly string[])[]];
  SRV_SAVEDMODEL_INIT_OP_INVALID: [path: string, where: string, count: number];
  SRV_SAVEDMODEL_GRAPH_INVALID: [path: string, reason: string];
  SRV_SAVEDMODEL_TENSOR_INVALID: [tensor: string, reason: string];
  SRV_SAVEDMODEL_ASSET_MISSING: [path: string, tensor: string];
  SRV_SAVEDMODEL_ASSET_INVALID: [path: string, filename: string, reason: string];
  SRV_SAVEDMODEL_OPTION_INVALID: [option: string, reason: string];
  SRV_SAVEDMODEL_NO_ENGINE: [directory: string, reasons: string];
  SRV_SAVEDMODEL_INPUT_INVALID: [input: string, reason: string];
  SRV_SAVEDMODEL_SIGNATURE_UNKNOWN: [signature: string, known: string];
  SRV_SAVEDMODEL_UNCOVERED: [signature: string, reason: string];
  SRV_SAVEDMODEL_NOT_ONE_GRAPH: [signature: string, ops: string];
  SRV_SAVEDMODEL_COMPILE_FAILED: [directory: string, reason: string];
  SRV_SAVEDMODEL_RUN_REFUSED: [reason: string];
  SRV_SAVEDMODEL_VARIABLE_MISSING: [reason: string];
  SRV_SAVEDMODEL_TENSOR_MISSING: [reason: string];
  SRV_CHECKPOINT_INDEX_DAMAGED: [path: string, reason: string];
  SRV_CHECKPOINT_UNSUPPORTED: [path: string, subject: string, reason: string];
  SRV_CHECKPOINT_SHARD_MISSING: [path: string, tensor: string];
  SRV_CHECKPOINT_SHARD_TRUNCATED: [path: string, tensor: string, offset: number, end: number, size: number];
  SRV_CHECKPOINT_ENTRY_INVALID: [path: string, tensor: string, reason: string];
  SRV_CHECKPOINT_CHECKSUM: [path: string, tensor: string, place: { offset: number; bytes: number; stored: number; calculated: number }];
  SRV_CHECKPOINT_KEY_NOT_FOUND: [path: string, key: string];
  SRV_CHECKPOINT_TARGET_INVALID: [tensor: string, reason: string];
  SRV_CHECKPOINT_TOO_LARGE: [path: string, tensor: string, bytes: number];
  SRV_CHECKPOINT_CLOSED: [path: string];
}

type ErrorTable = {
  readonly [Code in keyof ErrorArguments]: { readonly status: Status; message(...args: ErrorArguments[Code]): string };
};

const AGAIN = 'Export the model again, or copy it again';

// The statuses, and the words before the first full stop, are those of TensorFlow and TensorFlow Serving where they have some.
const table: ErrorTable = {
  SRV_SAVEDMODEL_NOT_FOUND: {
    status: 'NOT_FOUND',
    message: (directory) =>
      `Specified file path does not appear to contain a SavedModel bundle (should have a file called \`saved_model.pb\` or \`saved_model.pbtxt\`). Put an exported model there, and check that it may be read\nSpecified file path: ${directory}`,
  },
  SRV_SAVEDMODEL_SESSION_BUNDLE: {
    status: 'UNIMPLEMENTED',
    message: (directory) => `Session Bundle is deprecated and removed. Export '${directory}' as a SavedModel`,
  },
  SRV_SAVEDMODEL_UNSUPPORTED: { status: 'UNIMPLEMENTED', message: (path, reason) => `'${path}' cannot be read here: ${reason}` },
  SRV_SAVEDMODEL_UNREADABLE: { status: 'FAILED_PRECONDITION', message: (path, reason) => `Cannot read '${path}': ${reason}` },
  SRV_SAVEDMODEL_TRUNCATED: {
    status: 'OUT_OF_RANGE',
    message: (path, reason) => `Read less bytes than requested. '${path}' is cut short: ${reason}. ${AGAIN}`,
  },
  SRV_SAVEDMODEL_MALFORMED: {
    status: 'DATA_LOSS',
    message: (path, kind, reason) => `Can't parse ${path} as ${kind} proto. ${reason}. ${AGAIN}`,
  },
  SRV_SAVEDMODEL_TAGS_NOT_FOUND: {
    status: 'NOT_FOUND',
    message: (path, tags, present) =>
      `Could not find meta graph def matching supplied tags: ${braces(tags)}. ${present.length === 0 ? `'${path}' has none at all: ${AGAIN.toLowerCase()}` : `'${path}' has ${present.map(braces).join(' and ')}: ask for one of these`}`,
  },
  SRV_SAVEDMODEL_INIT_OP_INVALID: {
    status: 'FAILED_PRECONDITION',
    message: (path, where, count) => `Expected exactly one main op in : ${path}. ${where} names ${count}. ${AGAIN}`,
  },
  SRV_SAVEDMODEL_GRAPH_INVALID: { status: 'INVALID_ARGUMENT', message: (path, reason) => `${reason}. The graph in '${path}' is damaged. ${AGAIN}` },
  SRV_SAVEDMODEL_TENSOR_INVALID: { status: 'INVALID_ARGUMENT', message: (tensor, reason) => `The value of '${tensor}' is no tensor: ${reason}` },
  SRV_SAVEDMODEL_ASSET_MISSING: {
    status: 'NOT_FOUND',
    message: (path, tensor) => `${path}; No such file or directory. It is the asset of '${tensor}': copy it there, as it was exported with the model`,
  },
  SRV_SAVEDMODEL_ASSET_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (path, filename, reason) => `'${path}' names an asset '${filename}', which ${reason}. Export the model again`,
  },
  SRV_SAVEDMODEL_OPTION_INVALID: { status: 'INVALID_ARGUMENT', message: (option, reason) => `Option '${option}' of the SavedModel plugin ${reason}` },
  SRV_SAVEDMODEL_NO_ENGINE: { status: 'FAILED_PRECONDITION', message: (directory, reasons) => `Nothing here can run '${directory}': ${reasons}. Export the model without the ops that are named, or install libtensorflow and serve it with engine 'tensorflow'` },
  SRV_SAVEDMODEL_INPUT_INVALID: { status: 'INVALID_ARGUMENT', message: (input, reason) => `Input '${input}' is not valid: ${reason}` },
  SRV_SAVEDMODEL_SIGNATURE_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (signature, known) => `The model has no signature '${signature}': its signatures are ${known}`,
  },
  SRV_SAVEDMODEL_UNCOVERED: {
    status: 'UNIMPLEMENTED',
    message: (signature, reason) => `Signature '${signature}' cannot be compiled to ONNX: ${reason}. Serve the model with engine 'tensorflow'`,
  },
  SRV_SAVEDMODEL_NOT_ONE_GRAPH: {
    status: 'UNIMPLEMENTED',
    message: (signature, ops) => `Signature '${signature}' cannot be one ONNX file: ONNX has no operator for ${ops}. Serve the SavedModel itself, which runs it between graphs of ONNX, or convert a signature without it`,
  },
  SRV_SAVEDMODEL_COMPILE_FAILED: { status: 'INTERNAL', message: (directory, reason) => `'${directory}' could not be compiled: ${reason}` },
  SRV_SAVEDMODEL_RUN_REFUSED: { status: 'INVALID_ARGUMENT', message: (reason) => reason },
  SRV_SAVEDMODEL_VARIABLE_MISSING: { status: 'FAILED_PRECONDITION', message: (reason) => reason },
  SRV_SAVEDMODEL_TENSOR_MISSING: { status: 'NOT_FOUND', message: (reason) => reason },
  SRV_CHECKPOINT_INDEX_DAMAGED: { status: 'DATA_LOSS', message: (path, reason) => `Unable to read file (${path}). ${reason}. ${AGAIN}` },
  SRV_CHECKPOINT_UNSUPPORTED: {
    status: 'UNIMPLEMENTED',
    message: (path, subject, reason) => `'${subject}' of '${path}' cannot be read here: ${reason}`,
  },
  SRV_CHECKPOINT_SHARD_MISSING: {
    status: 'NOT_FOUND',
    message: (path, tensor) => `${path}; No such file or directory. It holds '${tensor}': copy it there, as it was exported with the model`,
  },
  SRV_CHECKPOINT_SHARD_TRUNCATED: {
    status: 'OUT_OF_RANGE',
    message: (path, tensor, offset, end, size) =>
      `Read less bytes than requested. '${path}' has ${size} bytes, but '${tensor}' is at ${offset} to ${end}: copy the file again, it is cut short`,
  },
  SRV_CHECKPOINT_ENTRY_INVALID: { status: 'DATA_LOSS', message: (path, tensor, reason) => `'${tensor}' of '${path}' is damaged: ${reason}. ${AGAIN}` },
  SRV_CHECKPOINT_CHECKSUM: {
    status: 'DATA_LOSS',
    message: (path, tensor, { offset, bytes, stored, calculated }) =>
      `Checksum does not match: stored ${stored} vs. calculated on the restored bytes ${calculated}. '${tensor}' at ${offset} of '${path}' (${bytes} bytes) is damaged. ${AGAIN}`,
  },
  SRV_CHECKPOINT_KEY_NOT_FOUND: {
    status: 'NOT_FOUND',
    message: (path, key) => `Key ${key} not found in checkpoint. '${path}' is of another model, or of another version of it: copy graph and variables together`,
  },
  SRV_CHECKPOINT_TARGET_INVALID: { status: 'INVALID_ARGUMENT', message: (tensor, reason) => `'${tensor}' cannot be read so: ${reason}` },
  SRV_CHECKPOINT_TOO_LARGE: {
    status: 'RESOURCE_EXHAUSTED',
    message: (path, tensor, bytes) => `'${tensor}' of '${path}' takes ${bytes} bytes, more than there is memory for: serve it on a larger machine, or export it in parts`,
  },
  SRV_CHECKPOINT_CLOSED: { status: 'FAILED_PRECONDITION', message: (path) => `'${path}' was closed: open it again to read from it` },
};

/** As TensorFlow writes a set of tags. */
function braces(tags: readonly string[]): string {
  return `{ ${tags.join(' ')} }`;
}

/** Makes one of this package's errors. */
export const savedModelError: ReturnType<typeof defineErrors<ErrorArguments>> = defineErrors<ErrorArguments>(table);
