import { defineErrors } from '@servable/core';

/** Every code of this package: the fakes throw them, as a real plugin would throw its own. */
export interface TestingErrorArguments {
  SRV_FAKE_INPUT_INVALID: [reason: string];
  SRV_FAKE_SIGNATURE_UNKNOWN: [signature: string];
  SRV_FAKE_UNLOADED: [servable: string];
  SRV_FAKE_FILES_INVALID: [path: string];
}

/** Makes one of this package's errors. */
export const testingError: ReturnType<typeof defineErrors<TestingErrorArguments>> = defineErrors<TestingErrorArguments>({
  SRV_FAKE_INPUT_INVALID: { status: 'INVALID_ARGUMENT', message: (reason) => `The fake servable refuses this input: ${reason}` },
  SRV_FAKE_SIGNATURE_UNKNOWN: { status: 'INVALID_ARGUMENT', message: (signature) => `The fake servable has no signature '${signature}'` },
  SRV_FAKE_UNLOADED: { status: 'FAILED_PRECONDITION', message: (servable) => `Fake servable ${servable} is unloaded: it cannot run` },
  SRV_FAKE_FILES_INVALID: { status: 'INVALID_ARGUMENT', message: (path) => `'${path}' holds no fake model` },
});
