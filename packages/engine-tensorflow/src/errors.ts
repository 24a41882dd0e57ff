import { defineErrors, type Status } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface ErrorArguments {
  SRV_TENSORFLOW_LIBRARY_MISSING: [searched: string];
  SRV_TENSORFLOW_LIBRARY_UNUSABLE: [path: string, reason: string];
  SRV_TENSORFLOW_DEVICE_MISSING: [directory: string, faults: string];
  SRV_TENSORFLOW_OPTION_INVALID: [option: string, value: string, expected: string];
  SRV_TENSORFLOW_INPUT_INVALID: [input: string, reason: string];
  SRV_TENSORFLOW_OUTPUT_UNSERVABLE: [output: string, reason: string];
  SRV_TENSORFLOW_QUEUE_FULL: [maxQueuedRuns: number];
  SRV_TENSORFLOW_THREAD_LOST: [reason: string];
  SRV_TENSORFLOW_CLOSED: [what: string];
  SRV_TENSORFLOW_CANCELLED: [reason: string];
  SRV_TENSORFLOW_UNKNOWN: [reason: string];
  SRV_TENSORFLOW_INVALID_ARGUMENT: [reason: string];
  SRV_TENSORFLOW_DEADLINE_EXCEEDED: [reason: string];
  SRV_TENSORFLOW_NOT_FOUND: [reason: string];
  SRV_TENSORFLOW_ALREADY_EXISTS: [reason: string];
  SRV_TENSORFLOW_PERMISSION_DENIED: [reason: string];
  SRV_TENSORFLOW_RESOURCE_EXHAUSTED: [reason: string];
  SRV_TENSORFLOW_FAILED_PRECONDITION: [reason: string];
  SRV_TENSORFLOW_ABORTED: [reason: string];
  SRV_TENSORFLOW_OUT_OF_RANGE: [reason: string];
  SRV_TENSORFLOW_UNIMPLEMENTED: [reason: string];
  SRV_TENSORFLOW_INTERNAL: [reason: string];
  SRV_TENSORFLOW_UNAVAILABLE: [reason: string];
  SRV_TENSORFLOW_DATA_LOSS: [reason: string];
  SRV_TENSORFLOW_UNAUTHENTICATED: [reason: string];
}

type ErrorTable = {
  readonly [Code in keyof ErrorArguments]: { readonly status: Status; message(...args: ErrorArguments[Code]): string };
};

const table: ErrorTable = {
  SRV_TENSORFLOW_LIBRARY_MISSING: {
    status: 'FAILED_PRECONDITION',
    message: (searched) =>
      `There is no libtensorflow on this machine: ${searched}. Install '@tensorflow/tfjs-node' or '@tensorflow/tfjs-node-gpu' and let npm run its install step, or the Python wheel 'tensorflow' or 'tensorflow-cpu', or say where one is: SERVABLE_LIBTENSORFLOW or engine.path`,
  },
  SRV_TENSORFLOW_LIBRARY_UNUSABLE: {
    status: 'FAILED_PRECONDITION',
    message: (path, reason) => `libtensorflow at '${path}' cannot be used: ${reason}. It must be of version 2.9 or later, whole, and made for this machine`,
  },
  SRV_TENSORFLOW_DEVICE_MISSING: {
    status: 'FAILED_PRECONDITION',
    message: (directory, faults) => `'${directory}' cannot run on the devices it is configured for: ${faults}. Or add 'cpu' to device`,
  },
  SRV_TENSORFLOW_OPTION_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (option, value, expected) => `Option '${option}' of the TensorFlow engine is ${value}: give ${expected}`,
  },
  SRV_TENSORFLOW_INPUT_INVALID: { status: 'INVALID_ARGUMENT', message: (input, reason) => `Input '${input}' is not valid: ${reason}` },
  SRV_TENSORFLOW_OUTPUT_UNSERVABLE: { status: 'UNIMPLEMENTED', message: (output, reason) => `Output '${output}' cannot be served: ${reason}` },
  SRV_TENSORFLOW_QUEUE_FULL: {
    status: 'RESOURCE_EXHAUSTED',
    message: (limit) => `${limit} runs wait for this model already: retry later, or raise maxQueuedRuns`,
  },
  SRV_TENSORFLOW_THREAD_LOST: {
    status: 'UNAVAILABLE',
    message: (reason) => `The thread that ran this model ended: ${reason}. Retry: the next run starts a new one`,
  },
  SRV_TENSORFLOW_CLOSED: { status: 'UNAVAILABLE', message: (what) => `The ${what} is closed` },
  // What TensorFlow itself answers, in its own words.
  SRV_TENSORFLOW_CANCELLED: { status: 'CANCELLED', message: (reason) => reason },
  SRV_TENSORFLOW_UNKNOWN: { status: 'UNKNOWN', message: (reason) => reason },
  SRV_TENSORFLOW_INVALID_ARGUMENT: { status: 'INVALID_ARGUMENT', message: (reason) => reason },
  SRV_TENSORFLOW_DEADLINE_EXCEEDED: { status: 'DEADLINE_EXCEEDED', message: (reason) => reason },
  SRV_TENSORFLOW_NOT_FOUND: { status: 'NOT_FOUND', message: (reason) => reason },
  SRV_TENSORFLOW_ALREADY_EXISTS: { status: 'ALREADY_EXISTS', message: (reason) => reason },
  SRV_TENSORFLOW_PERMISSION_DENIED: { status: 'PERMISSION_DENIED', message: (reason) => reason },
  SRV_TENSORFLOW_RESOURCE_EXHAUSTED: { status: 'RESOURCE_EXHAUSTED', message: (reason) => reason },
  SRV_TENSORFLOW_FAILED_PRECONDITION: { status: 'FAILED_PRECONDITION', message: (reason) => reason },
  SRV_TENSORFLOW_ABORTED: { status: 'ABORTED', message: (reason) => reason },
  SRV_TENSORFLOW_OUT_OF_RANGE: { status: 'OUT_OF_RANGE', message: (reason) => reason },
  SRV_TENSORFLOW_UNIMPLEMENTED: { status: 'UNIMPLEMENTED', message: (reason) => reason },
  SRV_TENSORFLOW_INTERNAL: { status: 'INTERNAL', message: (reason) => reason },
  SRV_TENSORFLOW_UNAVAILABLE: { status: 'UNAVAILABLE', message: (reason) => reason },
  SRV_TENSORFLOW_DATA_LOSS: { status: 'DATA_LOSS', message: (reason) => reason },
  SRV_TENSORFLOW_UNAUTHENTICATED: { status: 'UNAUTHENTICATED', message: (reason) => reason },
};

/** Makes one of this package's errors. */
export const tensorflowError: ReturnType<typeof defineErrors<ErrorArguments>> = defineErrors<ErrorArguments>(table);
