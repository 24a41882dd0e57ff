import { resolve } from 'node:path';
import type { LoggingConfig } from '@servable/protos/tensorflow-serving-config';
import type { ResolvedLogging } from '../request-log/request-log.ts';
import type { UserLogging } from './user-config.ts';

const DEFAULT_COLLECTOR = 'tfrecord';
const DEFAULT_MAX_FILE_BYTES = 256 * 2 ** 20;

/** Fills in the defaults of a model's logging; its prefix is relative to `folder`. Pure. */
export function resolveLogging(logging: UserLogging, folder: string): ResolvedLogging {
  return {
    collector: logging.collector ?? DEFAULT_COLLECTOR,
    prefix: resolve(folder, logging.prefix),
    samplingRate: logging.samplingRate ?? 1,
    maxFileBytes: logging.maxFileBytes ?? DEFAULT_MAX_FILE_BYTES,
  };
}

/**
 * What a `LoggingConfig` of a `models.config` asks for: nothing without a sampling rate. Pure. A server here has neither a data centre
 * nor a task index, so that only a per-task rate without both matches.
 */
export function resolveLoggingConfig(config: LoggingConfig | undefined, folder: string): ResolvedLogging | undefined {
  if (config === undefined) return undefined;
  const { samplingRate = 0, perTaskSamplingConfigs = [] } = config.samplingConfig ?? {};
  const task = perTaskSamplingConfigs.find(({ dc, taskIndex }) => dc === '' && taskIndex === undefined);
  const { type = '', filenamePrefix = '' } = config.logCollectorConfig ?? {};
  return {
    collector: type === '' ? DEFAULT_COLLECTOR : type,
    prefix: resolve(folder, filenamePrefix === '' ? 'requests' : filenamePrefix),
    samplingRate: Math.min(1, Math.max(0, task?.samplingRate ?? samplingRate)),
    maxFileBytes: DEFAULT_MAX_FILE_BYTES,
  };
}
