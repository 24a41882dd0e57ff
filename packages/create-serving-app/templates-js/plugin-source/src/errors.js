import { defineErrors, } from '@servable/core';

/** Makes one of this plugin's errors. */
export const listError = defineErrors ({
  LIST_UNREADABLE: { status: 'NOT_FOUND', message: (file, reason) => `The list '${file}' cannot be read: ${reason}` },
  LIST_INVALID: { status: 'INVALID_ARGUMENT', message: (file, reason) => `'${file}' is no list of versions such as { "1": "./first" }: ${reason}` },
});
