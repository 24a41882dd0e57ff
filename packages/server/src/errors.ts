import { defineErrors, type ErrorFactory, type Status } from '@servable/core';
import { type ConfigFault, formatFaults } from './config/config-fault.ts';

/** Every code of this package, with what its message is made of. */
export interface ServerErrorArguments {
  SRV_CONFIG_INVALID: [faults: readonly ConfigFault[]];
  SRV_CONFIG_FILE_MISSING: [file: string];
  SRV_CONFIG_FILE_AMBIGUOUS: [folder: string, names: readonly string[]];
  SRV_CONFIG_FILE_UNREADABLE: [location: string, reason: string];
  SRV_PLUGIN_MISSING: [plugin: string, folder: string];
  SRV_PLUGIN_INVALID: [plugin: string, problem: string];
  SRV_PLUGIN_CONFLICT: [what: string, first: string, second: string];
  SRV_PLATFORM_UNKNOWN: [platform: string, cure: string];
  SRV_PLATFORM_UNDETECTED: [directory: string, cure: string];
  SRV_PLATFORM_AMBIGUOUS: [directory: string, platforms: readonly string[]];
  SRV_SCHEME_UNKNOWN: [path: string, scheme: string, cure: string];
  SRV_MODEL_OPTIONS_INVALID: [model: string, platform: string, problems: readonly string[]];
  SRV_USAGE: [problem: string];
  SRV_LISTEN_FAILED: [protocol: string, address: string, reason: string];
  SRV_INPUT_SHAPE_MISMATCH: [input: string, wanted: string, got: string];
  SRV_OUTPUT_MISSING: [model: string, signature: string, output: string];
  SRV_BODY_TOO_LARGE: [limitBytes: number];
  SRV_BODY_NOT_GZIP: [];
  SRV_BODY_ENCODING_UNKNOWN: [encoding: string];
  SRV_HTTP_REFUSED: [reason: string];
  SRV_PATH_NOT_FOUND: [method: string, target: string];
  SRV_CORS_ORIGIN_MISSING: [];
  SRV_HEALTH_SERVICE_UNKNOWN: [service: string];
  SRV_MESSAGE_MALFORMED: [message: string, reason: string];
  SRV_MODEL_PLATFORM_CHANGED: [model: string, before: string, after: string];
  SRV_LABEL_VERSION_UNAVAILABLE: [model: string, label: string, version: string];
  SRV_MODELS_UNAVAILABLE: [count: number, noun: string, failures: string];
  SRV_RELOAD_CONFIG_UNSUPPORTED: [];
  SRV_RELOAD_CONFIG_INVALID: [text: string];
  SRV_LOG_COLLECTOR_UNKNOWN: [type: string, model: string, known: readonly string[]];
  SRV_LOG_REFUSED: [model: string];
  SRV_WARMUP_FAILED: [file: string, record: string, reason: string];
  SRV_WARMUP_TOO_MANY: [file: string, limit: number];
  SRV_WARMUP_UNREADABLE: [file: string, reason: string];
  SRV_WARMUP_RECORD_MALFORMED: [bytes: Uint8Array, file: string, place: { readonly record: number; readonly offset: number; readonly reason: string }];
  SRV_WARMUP_TYPE_UNSUPPORTED: [number: number];
}

type ErrorTable = {
  readonly [Code in keyof ServerErrorArguments]: {
    readonly status: Status;
    message(...args: ServerErrorArguments[Code]): string;
  };
};

const table: ErrorTable = {
  SRV_CONFIG_INVALID: { status: 'INVALID_ARGUMENT', message: (faults) => formatFaults(faults) },
  SRV_CONFIG_FILE_MISSING: {
    status: 'NOT_FOUND',
    message: (file) => `No config file '${file}': check --config and SERVABLE_CONFIG, or leave them out to use serving.config.* of this folder`,
  },
  SRV_CONFIG_FILE_AMBIGUOUS: {
    status: 'FAILED_PRECONDITION',
    message: (folder, names) => `${folder} holds several configs (${names.join(', ')}): keep one, or choose with --config`,
  },
  SRV_CONFIG_FILE_UNREADABLE: { status: 'INVALID_ARGUMENT', message: (location, reason) => `${location}: ${reason}` },
  SRV_PLUGIN_MISSING: {
    status: 'NOT_FOUND',
    message: (plugin, folder) => `Plugin '${plugin}' is not installed for ${folder}: run npm install ${plugin}`,
  },
  SRV_PLUGIN_INVALID: { status: 'INVALID_ARGUMENT', message: (plugin, problem) => `Plugin '${plugin}' ${problem}` },
  SRV_PLUGIN_CONFLICT: {
    status: 'FAILED_PRECONDITION',
    message: (what, first, second) => `Both '${first}' and '${second}' serve ${what}: list only one of them in plugins`,
  },
  SRV_PLATFORM_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (platform, cure) => `No plugin serves platform '${platform}': ${cure}`,
  },
  SRV_PLATFORM_UNDETECTED: {
    status: 'FAILED_PRECONDITION',
    message: (directory, cure) => `No plugin recognizes ${directory}: ${cure}`,
  },
  SRV_PLATFORM_AMBIGUOUS: {
    status: 'FAILED_PRECONDITION',
    message: (directory, platforms) =>
      `${directory} is claimed by several loaders (${platforms.join(', ')}): set the model's platform to one of them`,
  },
  SRV_SCHEME_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (path, scheme, cure) => `No plugin finds versions at '${path}' (scheme '${scheme}'): ${cure}`,
  },
  SRV_MODEL_OPTIONS_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (model, platform, problems) => `Options of '${model}' do not fit platform '${platform}': ${problems.join('; ')}`,
  },
  SRV_USAGE: { status: 'INVALID_ARGUMENT', message: (problem) => problem },
  SRV_LISTEN_FAILED: {
    status: 'UNAVAILABLE',
    message: (protocol, address, reason) => `Cannot listen for ${protocol} on ${address}: ${reason}`,
  },
  SRV_INPUT_SHAPE_MISMATCH: {
    status: 'INVALID_ARGUMENT',
    message: (input, wanted, got) => `Input '${input}' has shape [${got}], the signature declares [${wanted}]`,
  },
  SRV_OUTPUT_MISSING: {
    status: 'INTERNAL',
    message: (model, signature, output) => `Model '${model}' did not compute output '${output}' of signature '${signature}'`,
  },
  SRV_BODY_TOO_LARGE: {
    status: 'RESOURCE_EXHAUSTED',
    message: (limitBytes) => `The request body is larger than ${limitBytes} bytes: send less, or raise the listener's maxBodyBytes`,
  },
  SRV_BODY_NOT_GZIP: { status: 'INVALID_ARGUMENT', message: () => 'The request body is not gzip, though Content-Encoding says so' },
  SRV_BODY_ENCODING_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (encoding) => `Content-Encoding '${encoding}' is not read: send gzip, or the body as it is`,
  },
  SRV_HTTP_REFUSED: { status: 'INVALID_ARGUMENT', message: (reason) => `The request cannot be read: ${reason}` },
  SRV_PATH_NOT_FOUND: {
    status: 'NOT_FOUND',
    message: (method, target) => `Nothing is at ${method} ${target}: models are under /v1/models/<name>, probes at /livez and /readyz`,
  },
  SRV_CORS_ORIGIN_MISSING: { status: 'FAILED_PRECONDITION', message: () => 'Origin header is missing in CORS preflight' },
  SRV_HEALTH_SERVICE_UNKNOWN: { status: 'NOT_FOUND', message: (service) => `No service '${service}' is known here` },
  SRV_MESSAGE_MALFORMED: { status: 'INVALID_ARGUMENT', message: (message, reason) => `Cannot read a ${message}: ${reason}` },
  SRV_MODEL_PLATFORM_CHANGED: {
    status: 'INVALID_ARGUMENT',
    message: (model, before, after) =>
      `Illegal to change a model's platform. For model ${model} platform was ${before} and new platform requested is ${after}`,
  },
  SRV_LABEL_VERSION_UNAVAILABLE: {
    status: 'FAILED_PRECONDITION',
    message: (model, _label, version) =>
      `Request to assign label to version ${version} of model ${model}, which is not currently available for inference`,
  },
  SRV_MODELS_UNAVAILABLE: {
    status: 'UNKNOWN',
    message: (count, noun, failures) => `${count} ${noun}(s) did not become available: {${failures}}`,
  },
  SRV_RELOAD_CONFIG_UNSUPPORTED: {
    status: 'INVALID_ARGUMENT',
    message: () => 'ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList is currently supported',
  },
  SRV_RELOAD_CONFIG_INVALID: { status: 'INVALID_ARGUMENT', message: (text) => text },
  // TensorFlow Serving's words.
  SRV_LOG_COLLECTOR_UNKNOWN: {
    status: 'NOT_FOUND',
    message: (type, model, known) =>
      `Cannot find LogCollector::Factory for type: ${type}. '${model}' is to be logged by it: use ${known.join(' or ')}, or a plugin that taps requestLogged`,
  },
  SRV_LOG_REFUSED: {
    status: 'FAILED_PRECONDITION',
    message: (model) => `No request-logger-creator provided. TensorFlow Serving logs no requests: remove the logging of '${model}', or compat 'strict'`,
  },
  SRV_WARMUP_FAILED: {
    status: 'INVALID_ARGUMENT',
    message: (file, record, reason) => `Warm-up request ${record} of '${file}' failed: ${reason}`,
  },
  // TensorFlow Serving's words, which dashboards and scripts may look for.
  SRV_WARMUP_TOO_MANY: {
    status: 'INVALID_ARGUMENT',
    message: (file, limit) => `Number of warmup records exceeds the maximum (${limit}) at ${file}`,
  },
  SRV_WARMUP_UNREADABLE: {
    status: 'DATA_LOSS',
    message: (file, reason) => `${reason}, in '${file}'. Please verify your warmup data is in TFRecord format.`,
  },
  SRV_WARMUP_RECORD_MALFORMED: {
    status: 'INVALID_ARGUMENT',
    message: (bytes, file, { record, offset, reason }) =>
      `Failed to parse warmup record: ${printable(bytes)} from ${file} (record ${record}, byte ${offset}): ${reason}`,
  },
  SRV_WARMUP_TYPE_UNSUPPORTED: { status: 'UNIMPLEMENTED', message: (number) => `Unsupported log_type for warmup: ${number}` },
};

const PRINTED_BYTES = 64;

function printable(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, PRINTED_BYTES)).toString('latin1').replaceAll(/\p{Control}/gu, '\uFFFD');
}

/** Makes one of this package's errors. */
export const serverError: ErrorFactory<ServerErrorArguments> = defineErrors<ServerErrorArguments>(table);
