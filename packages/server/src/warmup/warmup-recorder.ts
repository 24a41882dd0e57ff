import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { definePlugin, type HookPlugin, type Logger, messageOf, type RequestDone } from '@servable/core';
import { encodeRecord } from '@servable/tfrecord';
import { encodeWarmupLog, isLoggable } from '../request-log/encode-log.ts';

/** What is recorded, and where to. */
export interface WarmupRecorderOptions {
  /** Gets a folder for each model, with its file in it. */
  readonly folder: string;
  /** Most requests for one model. */
  readonly count: number;
  /** Which part of the requests is looked at, from 0 to 1. */
  readonly samplingRate: number;
  readonly logger: Logger;
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** As TensorFlow Serving looks for it, beside a version in `assets.extra`. */
const FILE_NAME = 'tf_serving_warmup_requests';

interface Recording {
  readonly seen: Set<string>;
  readonly records: Uint8Array[];
}

/**
 * Keeps requests that were answered, one for each method, signature, wanted outputs and shape of the inputs: what makes an engine do
 * something for the first time. A model's file is written anew with each request that is kept.
 */
export class WarmupRecorder {
  readonly plugin: HookPlugin;
  readonly #options: WarmupRecorderOptions;
  readonly #random: () => number;
  readonly #models = new Map<string, Recording>();
  /** Files are written one after the other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: WarmupRecorderOptions) {
    this.#options = options;
    this.#random = options.random ?? (() => Math.random());
    this.plugin = definePlugin({
      name: '@servable/server/record-warmup',
      apply: (hooks) => {
        hooks.requestDone.tap('@servable/server', (request) => this.#requestDone(request));
        hooks.close.tapPromise('@servable/server', () => this.#writing);
      },
    });
  }

  #requestDone(request: RequestDone): void {
    const { inputs, error, model } = request;
    if (error !== undefined || inputs === undefined || !isLoggable(request) || this.#random() >= this.#options.samplingRate) return;
    const recording = this.#recordingOf(model);
    const key = keyOf(request);
    if (recording.seen.has(key) || recording.records.length >= this.#options.count) return;
    recording.seen.add(key);
    recording.records.push(encodeRecord(encodeWarmupLog(request)));
    this.#save(model, { recording, what: key });
  }

  #recordingOf(model: string): Recording {
    const found = this.#models.get(model);
    if (found !== undefined) return found;
    const made: Recording = { seen: new Set(), records: [] };
    this.#models.set(model, made);
    return made;
  }

  #save(model: string, { recording, what }: { readonly recording: Recording; readonly what: string }): void {
    const { logger, count, folder } = this.#options;
    // A name may hold a slash.
    const directory = join(folder, encodeURIComponent(model));
    const number = recording.records.length;
    const bytes = Buffer.concat(recording.records);
    this.#writing = this.#writing
      .then(() => replaceFile(directory, bytes))
      .then(
        () => logger.info({ model, number, count }, `Recorded request ${number} of at most ${count} for '${model}' into ${directory}: ${what}`),
        (error: unknown) => logger.error({ model, err: error }, `Cannot write ${join(directory, FILE_NAME)}: ${messageOf(error)}`),
      );
  }
}

/** Whoever reads it finds the whole of it, or what was there before. */
async function replaceFile(directory: string, bytes: Uint8Array): Promise<void> {
  const path = join(directory, FILE_NAME);
  await mkdir(directory, { recursive: true });
  await writeFile(`${path}.new`, bytes);
  await rename(`${path}.new`, path);
}

function keyOf({ method, signature, wantedOutputs, inputs = new Map() }: RequestDone): string {
  const shapes = [...inputs].map(([name, { dtype, shape }]) => `${name} ${dtype} [${shape.join()}]`);
  const wanted = wantedOutputs.length === 0 ? '' : ` → ${[...wantedOutputs].toSorted().join(', ')}`;
  return `${method} ${signature}: ${shapes.join(', ')}${wanted}`;
}
