import { resolve } from 'node:path';
import type { ConfigRequest } from '../config/load.ts';
import { serverError } from '../errors.ts';
import { WarmupRecorder } from '../warmup/warmup-recorder.ts';
import type { CommandIo } from './command-io.ts';
import { serve } from './serve.ts';

/** What the command line says, as text. */
export interface RecordWarmupFlags {
  readonly output: string;
  readonly count: string;
  readonly sampling: string;
}

const MAX_COUNT = 1000;

/** Serves as `serve` does, and keeps requests for the warm-up files of its models. @throws ServingError `SRV_USAGE`; those of `serve` */
export function recordWarmup(request: ConfigRequest & { readonly recording: RecordWarmupFlags }, io: CommandIo): Promise<number> {
  const { output, count: countText, sampling } = request.recording;
  const count = Number(countText);
  const samplingRate = Number(sampling);
  if (!Number.isInteger(count) || count < 1 || count > MAX_COUNT) {
    throw serverError('SRV_USAGE', [`--count is '${countText}': must be a whole number from 1 to ${MAX_COUNT}, which a warm-up file may hold. Write 100`]);
  }
  if (!(samplingRate > 0 && samplingRate <= 1)) throw serverError('SRV_USAGE', [`--sampling is '${sampling}': must be above 0, and at most 1. Write 0.1`]);
  const folder = resolve(io.cwd, output);
  return serve(request, io, { plugin: (logger) => new WarmupRecorder({ folder, count, samplingRate, logger }).plugin });
}
