import { defineErrors, type Status } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface ErrorArguments {
  SRV_ONNX_NO_MODEL_FILE: [directory: string];
  SRV_ONNX_SEVERAL_MODEL_FILES: [directory: string, names: string];
  SRV_ONNX_EXTERNAL_DATA: [path: string, tensor: string, reason: string];
  SRV_ONNX_NOTHING_TO_SERVE: [path: string, reason: string];
  SRV_ONNX_MANIFEST_INVALID: [path: string, where: string, reason: string];
  SRV_ONNX_PLUGIN_OPTION_INVALID: [option: string, reason: string];
  SRV_ONNX_SIGNATURE_UNKNOWN: [signature: string, known: string];
  SRV_ONNX_INPUT_EMPTY: [input: string, shape: string, operators: string];
}

type ErrorTable = {
  readonly [Code in keyof ErrorArguments]: { readonly status: Status; message(...args: ErrorArguments[Code]): string };
};

const table: ErrorTable = {
  SRV_ONNX_NO_MODEL_FILE: {
    status: 'NOT_FOUND',
    message: (directory) => `There is no ONNX model in '${directory}': put a 'model.onnx', or one file that ends in '.onnx', there`,
  },
  SRV_ONNX_SEVERAL_MODEL_FILES: {
    status: 'FAILED_PRECONDITION',
    message: (directory, names) => `'${directory}' has several ONNX models (${names}): leave one, or name the one to serve 'model.onnx'`,
  },
  SRV_ONNX_EXTERNAL_DATA: {
    status: 'INVALID_ARGUMENT',
    message: (path, tensor, reason) => `'${path}' keeps the weights of '${tensor}' in a file that cannot be used: ${reason}`,
  },
  SRV_ONNX_NOTHING_TO_SERVE: { status: 'UNIMPLEMENTED', message: (path, reason) => `'${path}' cannot be served: ${reason}` },
  SRV_ONNX_MANIFEST_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (path, where, reason) => `'${path}' is not valid${where === '' ? '' : ` at ${where}`}: ${reason}`,
  },
  SRV_ONNX_PLUGIN_OPTION_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (option, reason) => `Option '${option}' of the ONNX plugin ${reason}`,
  },
  SRV_ONNX_SIGNATURE_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (signature, known) => `The model has no signature '${signature}': its signatures are ${known}`,
  },
  SRV_ONNX_INPUT_EMPTY: {
    status: 'INVALID_ARGUMENT',
    message: (input, shape, operators) =>
      `Input '${input}' is of shape ${shape}: it has no elements, and ONNX Runtime may end the whole process when ${operators} gets none. Send at least one, or serve the model with option allowEmptyInputs where they never get none`,
  },
};

/** Makes one of this package's errors. */
export const loaderError: ReturnType<typeof defineErrors<ErrorArguments>> = defineErrors<ErrorArguments>(table);
