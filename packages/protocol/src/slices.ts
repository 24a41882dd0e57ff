/** How long work is cut up, so that a large body does not hold the event loop. */
export interface SliceOptions {
  /** Resolves when the next slice may run, for instance after `setImmediate`. */
  pause(): Promise<void>;
  /** Bytes of JSON read or written between two pauses. Default 262,144: about 2 ms. */
  readonly sliceBytes?: number;
}

/** Bytes between two pauses when the options do not say. */
export const DEFAULT_SLICE_BYTES: number = 256 * 1024;

/** Tensor elements that are converted between two chances to pause; about 0.1 ms. */
export const STEP_ELEMENTS: number = 16 * 1024;

/** Work that may be left and taken up again at every `yield`. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Runs all steps at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Runs the steps with a pause at every `yield`. */
export async function finishInSlices<Result>(steps: Steps<Result>, pause: () => Promise<void>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await pause();
  }
}
