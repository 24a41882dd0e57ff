import { defineErrors, type ErrorFactory } from '@servable/core';

interface ErrorArguments {
  LIST_UNREADABLE: [file: string, reason: string];
  LIST_INVALID: [file: string, reason: string];
}

/** Makes one of this plugin's errors. */
export const listError: ErrorFactory<ErrorArguments> = defineErrors<ErrorArguments>({
  LIST_UNREADABLE: { status: 'NOT_FOUND', message: (file, reason) => `The list '${file}' cannot be read: ${reason}` },
  LIST_INVALID: { status: 'INVALID_ARGUMENT', message: (file, reason) => `'${file}' is no list of versions such as { "1": "./first" }: ${reason}` },
});
