import { definePlugin, formatServableId, type HookPlugin, type ModelName, type ServableId } from '@servable/core';
import { type BatchingOptions, type ResolvedBatchingOptions, resolveBatchingOptions } from './batching-options.ts';
import { BatchScheduler } from './batch-scheduler.ts';
import { BatchingServable } from './batching-servable.ts';

/** Batching for every model of a server. */
export interface Batching {
  /** Give it to the manager's hooks. */
  readonly plugin: HookPlugin;
  /**
   * Changes a model's options, of versions that serve now and of those to come; `false` turns batching off for versions to come.
   *
   * @throws ServingError `SRV_BATCH_OPTIONS_INVALID`
   */
  configure(name: ModelName, options: BatchingOptions | false): void;
}

/**
 * Wraps each servable that has `rows` signatures, in one shared scheduler.
 *
 * @param defaults - options of models that `configure` said nothing of; `false`: such models are not batched
 */
export function createBatching(defaults: BatchingOptions | false = {}): Batching {
  const scheduler = new BatchScheduler();
  const fallback = resolve(defaults);
  const optionsByModel = new Map<ModelName, ResolvedBatchingOptions | undefined>();
  const wrapped = new Map<string, { readonly id: ServableId; readonly servable: BatchingServable }>();
  const optionsOf = (name: ModelName): ResolvedBatchingOptions | undefined =>
    optionsByModel.has(name) ? optionsByModel.get(name) : fallback;

  const plugin = definePlugin({
    name: '@servable/batching',
    apply(hooks) {
      hooks.wrapServable.tapPromise('@servable/batching', async (servable, { id }) => {
        const options = optionsOf(id.name);
        const hasRows = [...servable.signatures.values()].some((signature) => signature.batching === 'rows');
        if (options === undefined || !hasRows) return servable;
        const batching = new BatchingServable(servable, { id, scheduler, options, hooks });
        wrapped.get(formatServableId(id))?.servable.close();
        wrapped.set(formatServableId(id), { id, servable: batching });
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
      const resolved = resolve(options);
      optionsByModel.set(name, resolved);
      if (resolved === undefined) return;
      for (const { id, servable } of wrapped.values()) if (id.name === name) servable.options = resolved;
    },
  };
}

function resolve(options: BatchingOptions | false): ResolvedBatchingOptions | undefined {
  return options === false ? undefined : resolveBatchingOptions(options);
}
