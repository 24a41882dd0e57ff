import { defineErrors, } from '@servable/core';

/** Makes one of this plugin's errors. */
export const linearError = defineErrors ({
  LINEAR_FILE_INVALID: { status: 'INVALID_ARGUMENT', message: (path, reason) => `'${path}' is no linear model: ${reason}` },
  LINEAR_INPUT_INVALID: { status: 'INVALID_ARGUMENT', message: (expected, found) => `Input 'x' must be ${expected}, got ${found}` },
  LINEAR_UNLOADED: { status: 'UNAVAILABLE', message: (path) => `'${path}' is unloaded` },
});
