import { formatServableId, type Hooks, type LoadContext } from '@servable/core';

/** One try to load a version, at its end. */
export interface LoadOutcome {
  readonly context: Pick<LoadContext, 'id' | 'artifact'>;
  readonly isLoaded: boolean;
  readonly tookMs: number;
}

interface RunningLoad {
  readonly context: LoadContext;
  readonly startedMs: number;
}

/** Tells how each try to load a version ended. One that is tried again has failed before. */
export function watchLoads(hooks: Hooks, onEnd: (outcome: LoadOutcome) => void): void {
  const running = new Map<string, RunningLoad>();
  const end = (key: string, isLoaded: boolean): void => {
    const load = running.get(key);
    if (load === undefined) return;
    running.delete(key);
    onEnd({ context: load.context, isLoaded, tookMs: performance.now() - load.startedMs });
  };
  hooks.beforeLoad.tapPromise('@servable/server', async (_loader, context) => {
    const key = formatServableId(context.id);
    end(key, false);
    running.set(key, { context, startedMs: performance.now() });
  });
  hooks.stateChanged.tap('@servable/server', ({ id, state }) => {
    if (state === 'ready') end(formatServableId(id), true);
    else if (state === 'unloading' || state === 'ended') end(formatServableId(id), false);
  });
}
