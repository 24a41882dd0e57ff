import { defineErrors, type ErrorFactory } from '@servable/core';

interface ErrorArguments {
  LINEAR_FILE_INVALID: [path: string, reason: string];
  LINEAR_INPUT_INVALID: [expected: string, found: string];
  LINEAR_UNLOADED: [path: string];
}

/** Makes one of this plugin's errors. */
export const linearError: ErrorFactory<ErrorArguments> = defineErrors<ErrorArguments>({
  LINEAR_FILE_INVALID: { status: 'INVALID_ARGUMENT', message: (path, reason) => `'${path}' is no linear model: ${reason}` },
  LINEAR_INPUT_INVALID: { status: 'INVALID_ARGUMENT', message: (expected, found) => `Input 'x' must be ${expected}, got ${found}` },
  LINEAR_UNLOADED: { status: 'UNAVAILABLE', message: (path) => `'${path}' is unloaded` },
});
