import { defineErrors, type Status } from '@servable/core';

/** Every code of the REST API, with what its message is made of. Messages are TensorFlow Serving's own where it has one. */
export interface RestErrorArguments {
  SRV_REST_V1_MALFORMED: [method: string, target: string];
  SRV_REST_V1_MODEL_NAME_MISSING: [];
  SRV_REST_V1_MODEL_NAME_ENCODING: [text: string];
  SRV_REST_V1_LABEL_ENCODING: [text: string];
  SRV_REST_V1_VERSION_RANGE: [text: string];
  SRV_REST_V1_BODY_EMPTY: [];
  SRV_REST_V1_JSON_INVALID: [reason: string, offset: number];
  SRV_REST_V1_JSON_TOO_DEEP: [maxDepth: number, offset: number];
  SRV_REST_V1_NOT_OBJECT: [value: string];
  SRV_REST_V1_SIGNATURE_NAME_TYPE: [body: string];
  SRV_REST_V1_SIGNATURE_NOT_FOUND: [signature: string];
  SRV_REST_V1_SIGNATURE_NO_INPUTS: [signature: string];
  SRV_REST_V1_BODY_SHAPE: [body: string, what: string];
  SRV_REST_V1_KEYS_MISSING: [];
  SRV_REST_V1_INSTANCES_PLAIN: [];
  SRV_REST_V1_INPUTS_PLAIN: [];
  SRV_REST_V1_STYLE_MIXED: [expected: string, got: string, index: number];
  SRV_REST_V1_ELEMENT: [index: number, input: string | undefined, status: Status, reason: string];
  SRV_REST_V1_ELEMENT_KEYS: [index: number, element: string, names: readonly string[]];
  SRV_REST_V1_INPUT_UNKNOWN: [input: string];
  SRV_REST_V1_INPUT_MISSING: [input: string];
  SRV_REST_V1_INPUT_RANK: [input: string];
  SRV_REST_V1_INPUT_COUNT: [sent: string, names: readonly string[], missing: readonly string[]];
  SRV_REST_V1_VALUE_TYPE: [value: string, type: string, dtype: string];
  SRV_REST_V1_VALUE_RANGE: [value: string, dtype: string, minimum: number, maximum: number];
  SRV_REST_V1_VALUE_LEVEL: [value: string, level: number, rank: number];
  SRV_REST_V1_LIST_LEVEL: [level: number, rank: number];
  SRV_REST_V1_LIST_SIZE: [size: number, level: number, expected: number];
  SRV_REST_V1_ELEMENT_SIZE: [expected: number, got: number];
  SRV_REST_V1_ELEMENT_SHAPE: [expected: readonly number[], got: readonly number[]];
  SRV_REST_V1_DTYPE_NOT_READABLE: [value: string, dtype: string];
  SRV_REST_V1_BASE64_OBJECT: [value: string];
  SRV_REST_V1_BASE64_DATA: [];
  SRV_REST_V1_BINARY_HEADER: [reason: string];
  SRV_REST_V1_BINARY_INPUT: [input: string, reason: string];
  SRV_REST_V1_BINARY_OUTPUT: [output: string, outputs: readonly string[]];
  SRV_REST_V1_BINARY_TOO_LARGE: [bytes: number];
  SRV_REST_V1_EXAMPLE_TYPE: [type: string];
  SRV_REST_V1_FEATURE_TYPE: [feature: string, type: string];
  SRV_REST_V1_FEATURE_MIXED: [feature: string, kind: string];
  SRV_REST_V1_FEATURE_UINT64: [feature: string];
  SRV_REST_V1_RESULTS_EMPTY: [what: string];
  SRV_REST_V1_OUTPUTS_EMPTY: [];
  SRV_REST_V1_OUTPUT_SCALAR: [output: string];
  SRV_REST_V1_OUTPUT_ROWS: [output: string, rows: number, expected: number];
  SRV_REST_V1_DTYPE_NOT_WRITABLE: [dtype: string];
}

type ErrorTable = {
  readonly [Code in keyof RestErrorArguments]: {
    readonly status: Status;
    message(...args: RestErrorArguments[Code]): string;
  };
};

const keyText = (input: string | undefined): string => (input === undefined ? '' : ` key: ${input}`);

const table: ErrorTable = {
  SRV_REST_V1_MALFORMED: {
    status: 'INVALID_ARGUMENT',
    message: (method, target) => `Malformed request: ${method} ${target}`,
  },
  SRV_REST_V1_MODEL_NAME_MISSING: { status: 'INVALID_ARGUMENT', message: () => 'Missing model name in request.' },
  SRV_REST_V1_MODEL_NAME_ENCODING: { status: 'INVALID_ARGUMENT', message: (text) => `Failed to decode model name:${text}` },
  SRV_REST_V1_LABEL_ENCODING: {
    status: 'INVALID_ARGUMENT',
    message: (text) => `Failed to decode model version label:${text}`,
  },
  SRV_REST_V1_VERSION_RANGE: {
    status: 'INVALID_ARGUMENT',
    message: (text) => `Failed to convert version: ${text} to numeric.`,
  },
  SRV_REST_V1_BODY_EMPTY: { status: 'INVALID_ARGUMENT', message: () => 'JSON Parse error: The document is empty' },
  SRV_REST_V1_JSON_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (reason, offset) => `JSON Parse error: ${reason} at offset: ${offset}`,
  },
  SRV_REST_V1_JSON_TOO_DEEP: {
    status: 'INVALID_ARGUMENT',
    message: (maxDepth, offset) => `JSON Parse error: Nested deeper than ${maxDepth} levels at offset: ${offset}`,
  },
  SRV_REST_V1_NOT_OBJECT: { status: 'INVALID_ARGUMENT', message: (value) => `JSON Value: ${value} Is not object` },
  SRV_REST_V1_SIGNATURE_NAME_TYPE: {
    status: 'INVALID_ARGUMENT',
    message: (body) => `JSON Value: ${body} not formatted correctly. 'signature_name' key must be a string value.`,
  },
  SRV_REST_V1_SIGNATURE_NOT_FOUND: {
    status: 'INVALID_ARGUMENT',
    message: (signature) => `Serving signature name: "${signature}" not found in signature def`,
  },
  SRV_REST_V1_SIGNATURE_NO_INPUTS: {
    status: 'INVALID_ARGUMENT',
    message: (signature) => `Failed to get input map for signature: ${signature}`,
  },
  SRV_REST_V1_BODY_SHAPE: { status: 'INVALID_ARGUMENT', message: (body, what) => `JSON Value: ${body} ${what}` },
  SRV_REST_V1_KEYS_MISSING: { status: 'INVALID_ARGUMENT', message: () => "Missing 'inputs' or 'instances' key" },
  SRV_REST_V1_INSTANCES_PLAIN: {
    status: 'INVALID_ARGUMENT',
    message: () =>
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
  },
  SRV_REST_V1_INPUTS_PLAIN: {
    status: 'INVALID_ARGUMENT',
    message: () =>
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
  },
  SRV_REST_V1_STYLE_MIXED: {
    status: 'INVALID_ARGUMENT',
    message: (expected, got, index) => `Expecting ${expected} but got ${got} at item ${index} of input list`,
  },
  SRV_REST_V1_ELEMENT: {
    status: 'INVALID_ARGUMENT',
    message: (index, input, status, reason) =>
      `Failed to process element: ${index}${keyText(input)} of 'instances' list. Error: ${status}: ${reason}`,
  },
  SRV_REST_V1_ELEMENT_KEYS: {
    status: 'INVALID_ARGUMENT',
    message: (index, element, names) =>
      `Failed to process element: ${index} of 'instances' list. JSON object: ${element} keys must be equal to: ${names.join(',')}`,
  },
  SRV_REST_V1_INPUT_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (input) => `JSON object: does not have named input: ${input}`,
  },
  SRV_REST_V1_INPUT_MISSING: {
    status: 'INVALID_ARGUMENT',
    message: (input) => `Missing named input: ${input} in 'inputs' object.`,
  },
  SRV_REST_V1_INPUT_RANK: { status: 'INVALID_ARGUMENT', message: (input) => `tensor parsing error: ${input}` },
  SRV_REST_V1_INPUT_COUNT: {
    status: 'INVALID_ARGUMENT',
    message: (sent, names, missing) =>
      `input size does not match signature: 1!=${names.length} len({${sent}}) != len({${names}}). Sent extra: {}. Missing but required: {${missing}}.`,
  },
  SRV_REST_V1_VALUE_TYPE: {
    status: 'INVALID_ARGUMENT',
    message: (value, type, dtype) => `JSON Value: ${value} Type: ${type} is not of expected type: ${dtype}`,
  },
  SRV_REST_V1_VALUE_RANGE: {
    status: 'INVALID_ARGUMENT',
    message: (value, dtype, minimum, maximum) =>
      `JSON Value: ${value} is out of range for ${dtype}: give ${minimum} to ${maximum}`,
  },
  SRV_REST_V1_VALUE_LEVEL: {
    status: 'INVALID_ARGUMENT',
    message: (value, level, rank) =>
      `JSON Value: ${value} found at incorrect level: ${level} in the JSON DOM. Expected at level: ${rank}`,
  },
  SRV_REST_V1_LIST_LEVEL: {
    status: 'INVALID_ARGUMENT',
    message: (level, rank) => `Encountered list at unexpected level: ${level} expected < ${rank}`,
  },
  SRV_REST_V1_LIST_SIZE: {
    status: 'INVALID_ARGUMENT',
    message: (size, level, expected) =>
      `Encountered list at unexpected size: ${size} at level: ${level} expected size: ${expected}`,
  },
  SRV_REST_V1_ELEMENT_SIZE: {
    status: 'INVALID_ARGUMENT',
    message: (expected, got) => `Expecting tensor size: ${expected} but got: ${got}`,
  },
  SRV_REST_V1_ELEMENT_SHAPE: {
    status: 'INVALID_ARGUMENT',
    message: (expected, got) => `Expecting shape [${expected}] but got: [${got}]`,
  },
  SRV_REST_V1_DTYPE_NOT_READABLE: {
    status: 'UNIMPLEMENTED',
    message: (value, dtype) => `Conversion of JSON Value: ${value} to type: ${dtype}`,
  },
  SRV_REST_V1_BASE64_OBJECT: {
    status: 'INVALID_ARGUMENT',
    message: (value) => `JSON Value: ${value} not formatted correctly for base64 data`,
  },
  SRV_REST_V1_BASE64_DATA: { status: 'INVALID_ARGUMENT', message: () => 'Unable to base64 decode' },
  SRV_REST_V1_BINARY_HEADER: { status: 'INVALID_ARGUMENT', message: (reason) => `Cannot read a body of JSON and tensors: ${reason}` },
  SRV_REST_V1_BINARY_INPUT: { status: 'INVALID_ARGUMENT', message: (input, reason) => `Cannot read input '${input}': ${reason}` },
  SRV_REST_V1_BINARY_OUTPUT: {
    status: 'INVALID_ARGUMENT',
    message: (output, outputs) => `Output '${output}' is not one of ${outputs.join(', ')}, or stands twice`,
  },
  SRV_REST_V1_BINARY_TOO_LARGE: {
    status: 'RESOURCE_EXHAUSTED',
    message: (bytes) => `The answer takes ${bytes} bytes, more than 4 GiB: ask for fewer rows or outputs`,
  },
  SRV_REST_V1_EXAMPLE_TYPE: {
    status: 'INVALID_ARGUMENT',
    message: (type) => `Example must be JSON object but got JSON ${type}`,
  },
  SRV_REST_V1_FEATURE_TYPE: {
    status: 'INVALID_ARGUMENT',
    message: (feature, type) => `Feature: ${feature} has element with unexpected JSON type: ${type}`,
  },
  SRV_REST_V1_FEATURE_MIXED: {
    status: 'INVALID_ARGUMENT',
    message: (feature, kind) => `Unexpected element type in feature: ${feature} expecting type: ${kind}`,
  },
  SRV_REST_V1_FEATURE_UINT64: {
    status: 'INVALID_ARGUMENT',
    message: (feature) => `Feature: ${feature} has uint64_t element. Only int64_t is supported.`,
  },
  SRV_REST_V1_RESULTS_EMPTY: { status: 'INVALID_ARGUMENT', message: (what) => `Cannot convert empty ${what}Results to JSON` },
  SRV_REST_V1_OUTPUTS_EMPTY: { status: 'INVALID_ARGUMENT', message: () => 'Cannot convert empty tensor map to JSON' },
  SRV_REST_V1_OUTPUT_SCALAR: {
    status: 'INVALID_ARGUMENT',
    message: (output) => `Tensor name: ${output} has no shape information `,
  },
  SRV_REST_V1_OUTPUT_ROWS: {
    status: 'INVALID_ARGUMENT',
    message: (output, rows, expected) => `Tensor name: ${output} has inconsistent batch size: ${rows} expecting: ${expected}`,
  },
  SRV_REST_V1_DTYPE_NOT_WRITABLE: {
    status: 'INVALID_ARGUMENT',
    message: (dtype) => `Failed to write JSON value for tensor type: ${dtype}`,
  },
};

/** Makes one of the REST API's errors. */
export const restError: ReturnType<typeof defineErrors<RestErrorArguments>> = defineErrors<RestErrorArguments>(table);
