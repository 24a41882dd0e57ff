import { defineErrors, type Status } from './serving-error.ts';

/** Every code of this package, with what its message is made of. */
export interface ErrorArguments {
  SRV_MODEL_NAME_EMPTY: [];
  SRV_VERSION_INVALID: [value: string];
  SRV_TENSOR_INVALID: [what: string];
  SRV_MODEL_NOT_FOUND: [model: string];
  SRV_MODEL_NOT_AVAILABLE: [model: string];
  SRV_VERSION_NOT_FOUND: [model: string, version: string];
  SRV_LABEL_NOT_FOUND: [model: string, label: string];
  SRV_LABEL_UNAVAILABLE: [model: string, label: string, version: string];
  SRV_LOAD_CANCELLED: [model: string, version: string];
  SRV_LOAD_FAILED: [model: string, version: string, reason: string];
  SRV_ESTIMATE_FAILED: [model: string, version: string, reason: string];
  SRV_RESOURCES_EXHAUSTED: [model: string, version: string, needed: string, limit: string];
  SRV_MODEL_NOT_READY: [model: string, reason: string];
  SRV_MANAGER_CLOSED: [];
  SRV_HANDLE_RELEASED: [model: string, version: string];
  SRV_CALL_INVALID: [reason: string];
  SRV_PART_WITHOUT_LOADER: [part: string, platform: string, known: string];
  SRV_PLUGIN_API_MISMATCH: [plugin: string, theirs: string, ours: string];
  SRV_HOOK_TAP_ASYNC: [hook: string, tap: string];
  SRV_HOOK_FAILED: [hook: string, tap: string, reason: string];
  SRV_REQUEST_CANCELLED: [model: string];
  SRV_DEADLINE_EXCEEDED: [model: string];
  SRV_INTERNAL: [reason: string];
}

type ErrorTable = {
  readonly [Code in keyof ErrorArguments]: { readonly status: Status; message(...args: ErrorArguments[Code]): string };
};

const table: ErrorTable = {
  SRV_MODEL_NAME_EMPTY: { status: 'INVALID_ARGUMENT', message: () => 'A model name cannot be empty' },
  SRV_VERSION_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (value) => `'${value}' is not a version: give a whole number that fits 64 bits`,
  },
  SRV_TENSOR_INVALID: { status: 'INVALID_ARGUMENT', message: (what) => `Invalid tensor: ${what}` },
  SRV_MODEL_NOT_FOUND: { status: 'NOT_FOUND', message: (model) => `No model '${model}' is configured` },
  SRV_MODEL_NOT_AVAILABLE: { status: 'NOT_FOUND', message: (model) => `Model '${model}' has no version that is ready` },
  SRV_VERSION_NOT_FOUND: {
    status: 'NOT_FOUND',
    message: (model, version) => `Version ${version} of model '${model}' is not ready, or not known`,
  },
  SRV_LABEL_NOT_FOUND: {
    status: 'INVALID_ARGUMENT',
    message: (model, label) => `Model '${model}' has no label '${label}'`,
  },
  SRV_LABEL_UNAVAILABLE: {
    status: 'NOT_FOUND',
    message: (model, label, version) => `Label '${label}' of model '${model}' means version ${version}, which is not ready`,
  },
  SRV_LOAD_CANCELLED: {
    status: 'CANCELLED',
    message: (model, version) => `Loading of ${model}/${version} was cancelled: the version is no longer wanted`,
  },
  SRV_LOAD_FAILED: { status: 'UNKNOWN', message: (model, version, reason) => `Cannot load ${model}/${version}: ${reason}` },
  SRV_ESTIMATE_FAILED: {
    status: 'UNKNOWN',
    message: (model, version, reason) => `Cannot estimate what ${model}/${version} needs: ${reason}`,
  },
  SRV_RESOURCES_EXHAUSTED: {
    status: 'RESOURCE_EXHAUSTED',
    message: (model, version, needed, limit) =>
      `${model}/${version} needs ${needed}, more than is free of ${limit}: raise the limit, or serve fewer models`,
  },
  SRV_MODEL_NOT_READY: { status: 'UNKNOWN', message: (model, reason) => `Model '${model}' did not become ready: ${reason}` },
  SRV_MANAGER_CLOSED: { status: 'UNAVAILABLE', message: () => 'The server is shutting down' },
  SRV_HANDLE_RELEASED: {
    status: 'INTERNAL',
    message: (model, version) => `The handle of ${model}/${version} was used after its release`,
  },
  SRV_CALL_INVALID: { status: 'INVALID_ARGUMENT', message: (reason) => `The model cannot be called so: ${reason}` },
  SRV_PART_WITHOUT_LOADER: {
    status: 'FAILED_PRECONDITION',
    message: (part, platform, known) => `No loader at hand loads part '${part}' of platform '${platform}': give it one of ${known}`,
  },
  SRV_PLUGIN_API_MISMATCH: {
    status: 'FAILED_PRECONDITION',
    message: (plugin, theirs, ours) =>
      `Plugin '${plugin}' is made for plugin API ${theirs}, this server has ${ours}: install versions that belong together`,
  },
  SRV_HOOK_TAP_ASYNC: {
    status: 'FAILED_PRECONDITION',
    message: (hook, tap) => `'${tap}' taps the asynchronous hook '${hook}' with tap(): use tapPromise()`,
  },
  SRV_HOOK_FAILED: {
    status: 'INTERNAL',
    message: (hook, tap, reason) => `Plugin '${tap}' failed in hook '${hook}': ${reason}`,
  },
  SRV_REQUEST_CANCELLED: { status: 'CANCELLED', message: (model) => `The request to '${model}' was cancelled` },
  SRV_DEADLINE_EXCEEDED: { status: 'DEADLINE_EXCEEDED', message: (model) => `The deadline of the request to '${model}' passed` },
  SRV_INTERNAL: { status: 'INTERNAL', message: (reason) => `Internal error: ${reason}` },
};

/** Makes one of this package's errors. */
export const servableError: ReturnType<typeof defineErrors<ErrorArguments>> = defineErrors<ErrorArguments>(table);
