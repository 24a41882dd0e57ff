import type { RunContext, Servable } from '@servable/core';

/** One warm-up request, read as far as that goes without the model. */
export interface WarmupRequest {
  /** Where it stands in its file, such as `line 3` or `record 2 (byte 120)`. */
  readonly place: string;
  /** @throws ServingError what the model or the codec has against it */
  run(servable: Servable, context: RunContext): Promise<void>;
}

/** A file of warm-up requests; they are read while they are run. */
export interface WarmupFile {
  readonly path: string;
  readonly requests: AsyncIterable<WarmupRequest>;
}

/** As many as TensorFlow Serving takes. */
export const MAX_WARMUP_REQUESTS = 1000;
