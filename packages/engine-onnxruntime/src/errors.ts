import { defineErrors, type Status } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface ErrorArguments {
  SRV_ONNX_FILE_NOT_FOUND: [path: string];
  SRV_ONNX_MODEL_INVALID: [path: string, reason: string];
  SRV_ONNX_MODEL_UNSUPPORTED: [path: string, reason: string, cure: string];
  SRV_ONNX_LOAD_FAILED: [path: string, reason: string];
  SRV_ONNX_RUNTIME_MISSING: [reason: string];
  SRV_ONNX_DEVICE_MISSING: [path: string, faults: string];
  SRV_ONNX_OPTION_INVALID: [option: string, value: string, expected: string];
  SRV_ONNX_INPUT_MISSING: [input: string];
  SRV_ONNX_INPUT_UNKNOWN: [input: string, known: string];
  SRV_ONNX_INPUT_DTYPE: [input: string, got: string, expected: string];
  SRV_ONNX_INPUT_INVALID: [input: string, reason: string];
  SRV_ONNX_OUTPUT_UNKNOWN: [output: string, known: string];
  SRV_ONNX_OUTPUT_UNSERVABLE: [output: string, reason: string];
  SRV_ONNX_RUN_REFUSED: [reason: string];
  SRV_ONNX_RUN_FAILED: [reason: string];
  SRV_ONNX_OUT_OF_MEMORY: [reason: string];
  SRV_ONNX_QUEUE_FULL: [maxQueuedRuns: number];
  SRV_ONNX_THREAD_LOST: [reason: string];
  SRV_ONNX_CLOSED: [what: string];
}

type ErrorTable = {
  readonly [Code in keyof ErrorArguments]: { readonly status: Status; message(...args: ErrorArguments[Code]): string };
};

const table: ErrorTable = {
  SRV_ONNX_FILE_NOT_FOUND: { status: 'NOT_FOUND', message: (path) => `There is no file '${path}'` },
  SRV_ONNX_MODEL_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (path, reason) => `'${path}' is not a valid ONNX model: ${reason}. Export it again, and check it with onnx.checker`,
  },
  SRV_ONNX_MODEL_UNSUPPORTED: {
    status: 'UNIMPLEMENTED',
    message: (path, reason, cure) => `'${path}' cannot be served: ${reason}. ${cure}`,
  },
  SRV_ONNX_LOAD_FAILED: { status: 'UNKNOWN', message: (path, reason) => `ONNX Runtime cannot load '${path}': ${reason}` },
  SRV_ONNX_RUNTIME_MISSING: {
    status: 'FAILED_PRECONDITION',
    message: (reason) => `ONNX Runtime's library cannot be loaded: ${reason}. Install 'onnxruntime-node' again, on a platform it supports`,
  },
  SRV_ONNX_DEVICE_MISSING: {
    status: 'FAILED_PRECONDITION',
    message: (path, faults) => `'${path}' cannot run on the devices it is configured for: ${faults}. Or add 'cpu' to device`,
  },
  SRV_ONNX_OPTION_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (option, value, expected) => `Session option '${option}' is ${value}: give ${expected}`,
  },
  SRV_ONNX_INPUT_MISSING: { status: 'INVALID_ARGUMENT', message: (input) => `Input '${input}' is missing` },
  SRV_ONNX_INPUT_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (input, known) => `The model has no input '${input}': its inputs are ${known}`,
  },
  SRV_ONNX_INPUT_DTYPE: {
    status: 'INVALID_ARGUMENT',
    message: (input, got, expected) => `Input '${input}' is ${got}: the model takes ${expected}`,
  },
  SRV_ONNX_INPUT_INVALID: { status: 'INVALID_ARGUMENT', message: (input, reason) => `Input '${input}' is not valid: ${reason}` },
  SRV_ONNX_OUTPUT_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (output, known) => `The model has no output '${output}': its outputs are ${known}`,
  },
  SRV_ONNX_OUTPUT_UNSERVABLE: {
    status: 'UNIMPLEMENTED',
    message: (output, reason) => `Output '${output}' cannot be served: ${reason}`,
  },
  SRV_ONNX_RUN_REFUSED: { status: 'INVALID_ARGUMENT', message: (reason) => `The model refuses these inputs: ${reason}` },
  SRV_ONNX_RUN_FAILED: { status: 'INTERNAL', message: (reason) => `The model failed: ${reason}` },
  SRV_ONNX_OUT_OF_MEMORY: {
    status: 'RESOURCE_EXHAUSTED',
    message: (reason) => `ONNX Runtime is out of memory: ${reason}. Send smaller inputs, or give the process more memory`,
  },
  SRV_ONNX_QUEUE_FULL: {
    status: 'RESOURCE_EXHAUSTED',
    message: (limit) => `${limit} runs wait for this model already: retry later, or raise maxQueuedRuns`,
  },
  SRV_ONNX_THREAD_LOST: {
    status: 'UNAVAILABLE',
    message: (reason) => `The thread that ran this model ended: ${reason}. Retry: the next run starts a new one`,
  },
  SRV_ONNX_CLOSED: { status: 'UNAVAILABLE', message: (what) => `The ${what} is closed` },
};

/** Makes one of this package's errors. */
export const onnxError: ReturnType<typeof defineErrors<ErrorArguments>> = defineErrors<ErrorArguments>(table);
