/** What a native library answered instead of success; the code is the library's own. */
export class NativeFault extends Error {
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}
