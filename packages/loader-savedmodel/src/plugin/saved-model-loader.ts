import type { Artifact, Loader, LoaderContext, ResourceEstimate, Servable, Signature } from '@servable/core';
import type { EngineSet } from '../engines/engine-set.ts';
import { type OfferedEngine, whyNot } from '../engines/choose-engine.ts';
import type { EngineSession } from '../engines/saved-model-engine.ts';
import { measureFiles } from '../model/measure-files.ts';
import { modelNotes } from '../model/model-notes.ts';
import { type OpenSavedModel, openSavedModel } from '../model/open-saved-model.ts';
import type { SavedModelOptions } from './saved-model-options.ts';
import { SavedModelServable } from './saved-model-servable.ts';

export interface SavedModelLoaderParts {
  readonly artifact: Artifact;
  readonly options: SavedModelOptions;
  readonly context: LoaderContext;
  readonly engines: EngineSet;
}

interface Loaded {
  readonly session: EngineSession;
  readonly signatures: ReadonlyMap<string, Signature>;
}

/** Loads one SavedModel with the engine that its options ask for. */
export class SavedModelLoader implements Loader {
  readonly #parts: SavedModelLoaderParts;
  /** Also of a load that was aborted: `unload` waits for what its engine could not interrupt. */
  #loaded: Promise<Loaded> | undefined;

  constructor(parts: SavedModelLoaderParts) {
    this.#parts = parts;
  }

  /** The most that any engine it may get takes: which one that is, only a load tells. */
  async estimate(signal: AbortSignal): Promise<ResourceEstimate> {
    const { artifact, engines, options } = this.#parts;
    const { total } = await measureFiles(artifact.path, signal);
    const ramBytes = Math.max(total, ...engines.candidates(options.engine).map((engine) => engine.estimateBytes(total)));
    const [device = 'cpu'] = [options.device ?? 'cpu'].flat();
    return device === 'cpu' ? { ramBytes } : { ramBytes, deviceBytes: { [`${device}:0`]: ramBytes } };
  }

  async load(signal: AbortSignal): Promise<Servable> {
    signal.throwIfAborted();
    const loading = this.#load(signal);
    this.#loaded = loading;
    const { session, signatures } = await untilAborted(loading, signal);
    return new SavedModelServable(session, signatures);
  }

  async unload(): Promise<void> {
    const loading = this.#loaded;
    this.#loaded = undefined;
    const loaded = await loading?.catch(() => undefined); // Its fault was load()'s to tell.
    await loaded?.session.close();
  }

  async #load(signal: AbortSignal): Promise<Loaded> {
    const { artifact, options, engines } = this.#parts;
    const { tags } = options;
    const model = await openSavedModel(artifact.path, { signal, ...(tags === undefined ? {} : { tags }) });
    try {
      const chosen = await engines.choose(model, options, signal);
      const signatures = servedBy(model, chosen);
      const session = await chosen.engine.load({ model, signatures, options }, signal);
      this.#warnOf([...leftOut(model, chosen), ...modelNotes(model), ...session.notes]);
      return { session, signatures: withBatching(signatures, session, options) };
    } finally {
      await model.close();
    }
  }

  #warnOf(notes: readonly string[]): void {
    const { id, logger } = this.#parts.context;
    for (const note of notes) logger.warn({ model: id.name, version: String(id.version) }, note);
  }
}

function servedBy({ signatures: { signatures } }: OpenSavedModel, { offer }: OfferedEngine): ReadonlyMap<string, Signature> {
  return new Map([...signatures].filter(([name]) => !offer.refused.has(name)));
}

function leftOut({ signatures }: OpenSavedModel, chosen: OfferedEngine): string[] {
  const unservable = Array.from(signatures.unservable, ([name, reason]) => `Signature '${name}' is not served: ${reason}`);
  return chosen.offer.refused.size === 0 ? unservable : [...unservable, `Signatures are not served: ${whyNot(chosen)}`];
}

/** Whether requests may be joined: what the options say, else what the engine has proven. */
function withBatching(signatures: ReadonlyMap<string, Signature>, session: EngineSession, { batching }: SavedModelOptions): ReadonlyMap<string, Signature> {
  return new Map(
    Array.from(signatures, ([name, signature]) => [name, { ...signature, batching: batching ?? (session.rowSignatures.has(name) ? 'rows' : 'none') }] as const),
  );
}

/** Rejects with the signal's reason as soon as it aborts; the promise goes on by itself. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
