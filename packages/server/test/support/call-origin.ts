import type { CallOrigin } from '../../src/request-record.ts';

/** A predict call that nobody made. */
export class CallOriginFake implements CallOrigin {
  readonly protocol = 'rest-v1';
  readonly method = 'predict';
  readonly requestId = 'r';
  readonly peer = '10.0.0.1:5';

  headers(): ReadonlyMap<string, string> {
    return new Map();
  }

  sendHeaders(): void {}
}
