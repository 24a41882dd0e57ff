import { defineErrors, type Status } from '@servable/core';

/** Every code of requests that carry `tensorflow.Example`s, with what its message is made of. Both APIs say the same words. */
export interface ExampleErrorArguments {
  SRV_EXAMPLE_SIGNATURE_NOT_FOUND: [signature: string];
  SRV_EXAMPLE_METHOD_NAME: [task: string, expected: string, methodName: string];
  SRV_EXAMPLE_ONE_INPUT: [];
  SRV_EXAMPLE_NO_INPUTS: [task: string, signature: string];
  SRV_EXAMPLE_OUTPUT_COUNT: [outputs: number];
  SRV_EXAMPLE_NO_CLASS_OUTPUTS: [signature: string];
  SRV_EXAMPLE_ONE_OUTPUT: [];
  SRV_EXAMPLE_NO_REGRESSION_OUTPUTS: [signature: string];
  SRV_EXAMPLE_EMPTY: [];
  SRV_EXAMPLE_TOO_MANY: [what: string, limit: number];
  SRV_EXAMPLE_UNREADABLE: [index: number, reason: string];
  SRV_EXAMPLE_FEATURE_MISSING: [feature: string, dtype: string];
  SRV_EXAMPLE_FEATURE_TYPE: [feature: string, index: number, got: string, expected: string];
  SRV_EXAMPLE_FEATURE_COUNT: [feature: string, index: number, kind: string, count: number, shape: readonly number[]];
  SRV_EXAMPLE_FEATURE_RANGE: [feature: string, index: number, value: string, dtype: string];
  SRV_EXAMPLE_INPUT_UNSUITED: [input: string, reason: string];
  SRV_EXAMPLE_CLASS_SHAPE: [shape: readonly number[]];
  SRV_EXAMPLE_CLASS_TYPE: [output: string, expected: string, got: string];
  SRV_EXAMPLE_CLASS_ROWS: [output: string, expected: number, got: number];
  SRV_EXAMPLE_CLASS_WIDTH: [classes: number, scores: number];
  SRV_EXAMPLE_REGRESSION_SHAPE: [shape: readonly number[]];
  SRV_EXAMPLE_REGRESSION_TYPE: [got: string];
  SRV_EXAMPLE_REGRESSION_ROWS: [expected: number, got: number];
  SRV_MULTI_MODEL_NAME_EMPTY: [];
  SRV_MULTI_MODELS_DIFFER: [];
  SRV_MULTI_SIGNATURE_REPEATED: [signature: string];
  SRV_MULTI_SIGNATURE_NOT_FOUND: [signature: string];
  SRV_MULTI_METHOD_UNKNOWN: [methodName: string];
  SRV_MULTI_INPUTS_DIFFER: [];
}

type ErrorTable = {
  readonly [Code in keyof ExampleErrorArguments]: {
    readonly status: Status;
    message(...args: ExampleErrorArguments[Code]): string;
  };
};

const TASK_NOUNS: Readonly<Record<string, string>> = { classify: 'classification', regress: 'regression' };

/** Where in an example, as TensorFlow's `ParseExample` puts it. */
const place = (feature: string, index: number): string => `Name: <unknown>, Key: ${feature}, Index: ${index}.`;

// Where TensorFlow Serving or TensorFlow's `ParseExample` has the error too, the message is its text to the letter.
const table: ErrorTable = {
  SRV_EXAMPLE_SIGNATURE_NOT_FOUND: {
    status: 'INVALID_ARGUMENT',
    message: (signature) => `No signature was found with the name: ${signature}`,
  },
  SRV_EXAMPLE_METHOD_NAME: {
    status: 'INVALID_ARGUMENT',
    message: (task, expected, methodName) =>
      `Expected ${TASK_NOUNS[task] ?? task} signature method_name to be ${expected}. Was: ${methodName}`,
  },
  SRV_EXAMPLE_ONE_INPUT: { status: 'INVALID_ARGUMENT', message: () => 'Expected one input Tensor.' },
  SRV_EXAMPLE_NO_INPUTS: {
    status: 'INVALID_ARGUMENT',
    message: (task, signature) => `No ${TASK_NOUNS[task] ?? task} inputs found in SignatureDef: ${signature}`,
  },
  SRV_EXAMPLE_OUTPUT_COUNT: {
    status: 'INVALID_ARGUMENT',
    message: (outputs) => `Expected one or two output Tensors, found ${outputs}`,
  },
  SRV_EXAMPLE_NO_CLASS_OUTPUTS: {
    status: 'INVALID_ARGUMENT',
    message: (signature) =>
      `Expected classification signature outputs to contain at least one of "classes" or "scores". Signature was: ${signature}`,
  },
  SRV_EXAMPLE_ONE_OUTPUT: { status: 'INVALID_ARGUMENT', message: () => 'Expected one output Tensor.' },
  SRV_EXAMPLE_NO_REGRESSION_OUTPUTS: {
    status: 'INVALID_ARGUMENT',
    message: (signature) => `No regression outputs found in SignatureDef: ${signature}`,
  },
  SRV_EXAMPLE_EMPTY: { status: 'INVALID_ARGUMENT', message: () => 'Input is empty.' },
  SRV_EXAMPLE_TOO_MANY: {
    status: 'RESOURCE_EXHAUSTED',
    message: (what, limit) => `The request holds more than ${limit} ${what}: send it in several requests`,
  },
  SRV_EXAMPLE_UNREADABLE: {
    status: 'INVALID_ARGUMENT',
    message: (index, reason) => `Could not parse example input, Index: ${index}.  ${reason}`,
  },
  SRV_EXAMPLE_FEATURE_MISSING: {
    status: 'INVALID_ARGUMENT',
    message: (feature, dtype) =>
      `Name: <unknown>, Feature: ${feature} (data type: ${dtype}) is required but could not be found.`,
  },
  SRV_EXAMPLE_FEATURE_TYPE: {
    status: 'INVALID_ARGUMENT',
    message: (feature, index, got, expected) =>
      `${place(feature, index)}  Data types don't match. Data type: ${got} but expected type: ${expected}`,
  },
  SRV_EXAMPLE_FEATURE_COUNT: {
    status: 'INVALID_ARGUMENT',
    message: (feature, index, kind, count, shape) =>
      `${place(feature, index)}  Number of ${kind} values != expected.  Values size: ${count} but output shape: [${shape}]`,
  },
  SRV_EXAMPLE_FEATURE_RANGE: {
    status: 'INVALID_ARGUMENT',
    message: (feature, index, value, dtype) => `${place(feature, index)}  ${value} cannot be held by ${dtype}`,
  },
  SRV_EXAMPLE_INPUT_UNSUITED: {
    status: 'INVALID_ARGUMENT',
    message: (input, reason) => `Input '${input}' cannot be made of examples: ${reason}. Use Predict with tensors`,
  },
  SRV_EXAMPLE_CLASS_SHAPE: {
    status: 'INVALID_ARGUMENT',
    message: (shape) => `Expected Tensor shape: [batch_size num_classes] but got [${shape}]`,
  },
  SRV_EXAMPLE_CLASS_TYPE: {
    status: 'INVALID_ARGUMENT',
    message: (output, expected, got) => `Expected ${output} Tensor of ${expected}. Got: ${got}`,
  },
  SRV_EXAMPLE_CLASS_ROWS: {
    status: 'INVALID_ARGUMENT',
    message: (output, expected, got) => `Expected ${output} output batch size of ${expected}. Got: ${got}`,
  },
  SRV_EXAMPLE_CLASS_WIDTH: {
    status: 'INVALID_ARGUMENT',
    message: (classes, scores) => `Tensors class and score should match in dim_size(1). Got ${classes} vs. ${scores}`,
  },
  SRV_EXAMPLE_REGRESSION_SHAPE: {
    status: 'INVALID_ARGUMENT',
    message: (shape) => `Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [${shape}]`,
  },
  SRV_EXAMPLE_REGRESSION_TYPE: {
    status: 'INVALID_ARGUMENT',
    message: (got) => `Expected output Tensor of DT_FLOAT.  Got: ${got}`,
  },
  SRV_EXAMPLE_REGRESSION_ROWS: {
    status: 'INVALID_ARGUMENT',
    message: (expected, got) => `Input batch size did not match output batch size: ${expected} vs. ${got}`,
  },
  SRV_MULTI_MODEL_NAME_EMPTY: { status: 'INVALID_ARGUMENT', message: () => 'Found ModelSpec with an empty model name.' },
  SRV_MULTI_MODELS_DIFFER: {
    status: 'INVALID_ARGUMENT',
    message: () => 'All ModelSpecs in a MultiInferenceRequest must access the same model name.',
  },
  SRV_MULTI_SIGNATURE_REPEATED: {
    status: 'INVALID_ARGUMENT',
    message: (signature) => `Duplicate evaluation of signature: ${signature}`,
  },
  SRV_MULTI_SIGNATURE_NOT_FOUND: {
    status: 'INVALID_ARGUMENT',
    message: (signature) => `Requested signature not found in model graph: ${signature}`,
  },
  SRV_MULTI_METHOD_UNKNOWN: {
    status: 'UNIMPLEMENTED',
    message: (methodName) => `Unsupported signature method_name: ${methodName}`,
  },
  SRV_MULTI_INPUTS_DIFFER: {
    status: 'INVALID_ARGUMENT',
    message: () => 'Input tensor must be the same for all Signatures.',
  },
};

/** Makes one of these errors. */
export const exampleError: ReturnType<typeof defineErrors<ExampleErrorArguments>> = defineErrors<ExampleErrorArguments>(table);
