import { defineErrors, type ErrorFactory } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface GbtErrorArguments {
  GBT_FILE_INVALID: [path: string, reason: string];
  GBT_INPUT_INVALID: [expected: string, found: string];
  GBT_SIGNATURE_UNKNOWN: [signature: string];
  GBT_UNLOADED: [path: string];
}

/** Makes one of this package's errors. */
export const gbtError: ErrorFactory<GbtErrorArguments> = defineErrors<GbtErrorArguments>({
  GBT_FILE_INVALID: { status: 'INVALID_ARGUMENT', message: (path, reason) => `'${path}' is no LightGBM model: ${reason}. Write it with booster.dump_model()` },
  GBT_INPUT_INVALID: { status: 'INVALID_ARGUMENT', message: (expected, found) => `Input 'features' must be ${expected}, got ${found}` },
  GBT_SIGNATURE_UNKNOWN: { status: 'INVALID_ARGUMENT', message: (signature) => `There is no signature '${signature}': a tree model has 'serving_default' alone` },
  GBT_UNLOADED: { status: 'UNAVAILABLE', message: (path) => `'${path}' is unloaded` },
});
