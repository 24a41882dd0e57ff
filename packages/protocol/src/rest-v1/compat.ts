/**
 * How close the REST API keeps to TensorFlow Serving. `default` takes what its clients send and answers as they expect,
 * with the better of two ways where the reference is only a quirk; `strict` restores the quirks too. The table is in
 * `docs/tensorflow-serving.md`.
 */
export type Compat = 'default' | 'strict';

/** Options of every function that reads or writes a body. */
export interface RestOptions {
  /** Default `default`. */
  readonly compat?: Compat;
}
