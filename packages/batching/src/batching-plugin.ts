import { definePlugin, formatServableId, type HookPlugin, type LoadContext, type ModelName, type ServableId } from '@servable/core';
import { type BatchingOptions, type ResolvedBatchingOptions, resolveBatchingOptions } from './batching-options.ts';
import { BatchScheduler } from './batch-scheduler.ts';
import { BatchingServable } from './batching-servable.ts';

/** Batching for every model of a server. */
export interface Batching {
  /** Give it to the manager's hooks. */
  readonly plugin: HookPlugin;
  /**
   * Changes a model's options, of versions that serve now and of those to come; `false`: it is not batched, `undefined`: as the
   * defaults say. What waits in a queue still runs as a batch.
   *
   * @throws ServingError `SRV_BATCH_OPTIONS_INVALID`
   */
  configure(name: ModelName, options: BatchingOptions | false | undefined): void;
  /** Changes the options of models that `configure` said nothing of. @throws ServingError `SRV_BATCH_OPTIONS_INVALID` */
  configureDefaults(options: BatchingOptions | false): void;
}

/** What {@link createBatching} can be told beside the defaults. */
export interface BatchingRules {
  /** The options of one version, such as from a file beside it; they hold as long as it serves. `undefined`: the model's. */
  readonly ofVersion?: (context: LoadContext) => Promise<BatchingOptions | false | undefined>;
}

/**
 * Wraps each servable that has `rows` signatures, in one shared scheduler.
 *
 * @param defaults - options of models that `configure` said nothing of; `false`: such models are not batched
 */
export function createBatching(defaults: BatchingOptions | false = {}, { ofVersion }: BatchingRules = {}): Batching {
  const scheduler = new BatchScheduler();
  let fallback = resolve(defaults);
  const optionsByModel = new Map<ModelName, ResolvedBatchingOptions | false>();
  const wrapped = new Map<string, WrappedVersion>();
  const optionsOf = (name: ModelName): ResolvedBatchingOptions | false => optionsByModel.get(name) ?? fallback;
  const update = (isMeant: (name: ModelName) => boolean): void => {
    for (const { id, servable, hasOwn } of wrapped.values()) if (!hasOwn && isMeant(id.name)) servable.options = optionsOf(id.name);
  };

  const plugin = definePlugin({
    name: '@servable/batching',
    apply(hooks) {
      hooks.wrapServable.tapPromise('@servable/batching', async (servable, context) => {
        const { id } = context;
        if (![...servable.signatures.values()].some((signature) => signature.batching === 'rows')) return servable;
        const own = await ofVersion?.(context);
        const options = own === undefined ? optionsOf(id.name) : resolve(own);
        const batching = new BatchingServable(servable, { id, scheduler, options, hooks });
        wrapped.get(formatServableId(id))?.servable.close();
        wrapped.set(formatServableId(id), { id, servable: batching, hasOwn: own !== undefined });
        return batching;
      });
      hooks.stateChanged.tap('@servable/batching', ({ id, state }) => {
        if (state !== 'unloading' && state !== 'ended') return;
        wrapped.get(formatServableId(id))?.servable.close();
        wrapped.delete(formatServableId(id));
      });
      hooks.close.tapPromise('@servable/batching', async () => scheduler.close());
    },
  });

  return {
    plugin,
    configure(name, options) {
      if (options === undefined) optionsByModel.delete(name);
      else optionsByModel.set(name, resolve(options));
      update((each) => each === name);
    },
    configureDefaults(options) {
      fallback = resolve(options);
      update((name) => !optionsByModel.has(name));
    },
  };
}

interface WrappedVersion {
  readonly id: ServableId;
  readonly servable: BatchingServable;
  /** Whether its options are its own, whatever the model's are. */
  readonly hasOwn: boolean;
}

function resolve(options: BatchingOptions | false): ResolvedBatchingOptions | false {
  return options === false ? false : resolveBatchingOptions(options);
}
