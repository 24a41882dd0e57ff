/** TensorFlow's codes for such runs. */
export type RefusedStatus = 'INVALID_ARGUMENT' | 'FAILED_PRECONDITION' | 'NOT_FOUND';

/** What TensorFlow loads, but refuses at every call: found out while compiling. */
export class RefusedRun extends Error {
  readonly status: RefusedStatus;

  constructor(status: RefusedStatus, message: string) {
    super(message);
    this.status = status;
  }
}
