import { defineErrors, type ErrorFactory } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface ErrorArguments {
  SRV_FUNCTION_FILE_MISSING: [directory: string];
  SRV_FUNCTION_FILE_AMBIGUOUS: [directory: string, names: string];
  SRV_FUNCTION_FILE_FAILED: [file: string, reason: string];
  SRV_FUNCTION_DEFINITION_INVALID: [file: string, where: string, reason: string];
  SRV_FUNCTION_NO_HOST: [servable: string, use: string];
  SRV_FUNCTION_SIGNATURE_UNKNOWN: [servable: string, signature: string, known: string];
  SRV_FUNCTION_STREAMS_ONLY: [servable: string, signature: string];
  SRV_FUNCTION_INPUT_INVALID: [input: string, expected: string, found: string];
  SRV_FUNCTION_OUTPUT_INVALID: [servable: string, signature: string, output: string, reason: string];
  SRV_FUNCTION_FAILED: [servable: string, signature: string, reason: string];
  SRV_FUNCTION_CALL_INVALID: [servable: string, use: string, reason: string];
  SRV_FUNCTION_CALL_TOO_DEEP: [servable: string, use: string, depth: number];
  SRV_FUNCTION_UNLOADED: [servable: string];
}

/** Makes one of this package's errors. */
export const functionError: ErrorFactory<ErrorArguments> = defineErrors<ErrorArguments>({
  SRV_FUNCTION_FILE_MISSING: {
    status: 'NOT_FOUND',
    message: (directory) => `'${directory}' holds no servable.ts, servable.js, servable.mts or servable.mjs: put one there, with export default defineServable({ … })`,
  },
  SRV_FUNCTION_FILE_AMBIGUOUS: { status: 'INVALID_ARGUMENT', message: (directory, names) => `'${directory}' holds ${names}: keep one of them` },
  SRV_FUNCTION_FILE_FAILED: { status: 'INVALID_ARGUMENT', message: (file, reason) => `'${file}' does not run: ${reason}` },
  SRV_FUNCTION_DEFINITION_INVALID: { status: 'INVALID_ARGUMENT', message: (file, where, reason) => `'${file}' is no servable: ${where} ${reason}` },
  SRV_FUNCTION_NO_HOST: {
    status: 'FAILED_PRECONDITION',
    message: (servable, use) => `'${servable}' uses '${use}', but its loader was made without a host: load it in a server, or give its context a host`,
  },
  SRV_FUNCTION_SIGNATURE_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (servable, signature, known) => `'${servable}' has no signature '${signature}': its signatures are ${known}`,
  },
  SRV_FUNCTION_STREAMS_ONLY: {
    status: 'UNIMPLEMENTED',
    message: (servable, signature) => `Signature '${signature}' of '${servable}' only streams: call it as a stream, or give it a run function`,
  },
  SRV_FUNCTION_INPUT_INVALID: { status: 'INVALID_ARGUMENT', message: (input, expected, found) => `Input '${input}' must be ${expected}, got ${found}` },
  SRV_FUNCTION_OUTPUT_INVALID: {
    status: 'INTERNAL',
    message: (servable, signature, output, reason) => `'${servable}', signature '${signature}', answered with a wrong output '${output}': ${reason}`,
  },
  SRV_FUNCTION_FAILED: { status: 'INTERNAL', message: (servable, signature, reason) => `'${servable}', signature '${signature}', failed: ${reason}` },
  SRV_FUNCTION_CALL_INVALID: { status: 'FAILED_PRECONDITION', message: (servable, use, reason) => `'${servable}' cannot call '${use}': ${reason}` },
  SRV_FUNCTION_CALL_TOO_DEEP: {
    status: 'FAILED_PRECONDITION',
    message: (servable, use, depth) => `'${servable}' cannot call '${use}': calls are nested ${depth} deep, which is most likely a cycle`,
  },
  SRV_FUNCTION_UNLOADED: { status: 'UNAVAILABLE', message: (servable) => `'${servable}' is unloaded` },
});
