import { create, toBinary } from '@servable/protos';
import { ReloadConfigRequestSchema, ReloadConfigResponseSchema } from '@servable/protos/tensorflow-serving';
import { resolveModelList } from '../config/resolve-model-list.ts';
import { serverError } from '../errors.ts';
import { overError } from '../inference.ts';
import type { AppliedReload, Reloader } from '../reload/reloader.ts';
import { decodeMessage } from './decode-message.ts';
import type { RecordedCall } from './recorded-method.ts';

const METHOD = 'HandleReloadConfigRequest';

/** What a reload works on. */
export interface ReloadService {
  readonly reloader: Reloader;
  /** The value of a metric, by TensorFlow Serving's name for it. */
  readonly metricOf: (name: string) => number;
}

/**
 * Replaces the models that are served by those of the request, and answers when each new one has a version that is ready, with how
 * far each metric that was asked for rose in between.
 *
 * @throws ServingError `SRV_RELOAD_CONFIG_UNSUPPORTED`, `SRV_RELOAD_CONFIG_INVALID`, `SRV_MODELS_UNAVAILABLE`, and what
 * `Reloader.apply` throws
 *
 * Source: TF Serving, `ModelServiceImpl::HandleReloadConfigRequest`.
 */
export async function reloadConfig({ request, call }: Pick<RecordedCall, 'request' | 'call'>, { reloader, metricOf }: ReloadService): Promise<Uint8Array> {
  const { config, metricNames } = decodeMessage(ReloadConfigRequestSchema, request);
  // Nobody waits for it any more: what they asked for since then may be something else.
  if (call.signal.aborted) throw overError(call.signal, METHOD);
  const before = metricNames.map(metricOf);
  const applied = applyList(config, reloader);
  await applied.whenReady(call.signal).catch((error: unknown) => {
    throw call.signal.aborted ? overError(call.signal, METHOD) : error;
  });
  const metric = metricNames.map((name, index) => {
    const value = BigInt(Math.trunc(metricOf(name) - (before[index] ?? 0)));
    return { name, valueIncrease: { case: 'int64ValueIncrease' as const, value } };
  });
  return toBinary(ReloadConfigResponseSchema, create(ReloadConfigResponseSchema, { status: {}, metric }));
}

function applyList(message: ReturnType<typeof decodeMessage<typeof ReloadConfigRequestSchema>>['config'], reloader: Reloader): AppliedReload {
  if (message?.config.case !== 'modelConfigList') throw serverError('SRV_RELOAD_CONFIG_UNSUPPORTED', []);
  const { config, resolvers } = reloader;
  // A client does not know this server's working directory: its base paths are absolute.
  const rules = { isPathAbsolute: true, isPlatformRequired: config.compat === 'strict' };
  const { models, faults } = resolveModelList(message, { ...rules, ...resolvers, folder: '/' });
  const [fault] = faults;
  if (fault !== undefined) throw serverError('SRV_RELOAD_CONFIG_INVALID', [fault.text]);
  return reloader.apply({ ...config, models });
}
