import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ServingError } from '@servable/core';
import type { OnnxEngine, OnnxSession, SessionOptions } from '@servable/engine-onnxruntime';
import type { CachedModel, CompileCacheOptions } from '../compile/cache/compiled-cache.ts';
import type { InputShapes } from '../compile/compile-model.ts';
import { graphFiles } from '../compile/compiled-model.ts';
import { CompileThread } from '../compile/thread/compile-thread.ts';
import type { OpenSavedModel } from '../model/open-saved-model.ts';
import type { SavedModelOptions } from '../plugin/saved-model-options.ts';
import { CompiledSession } from './compiled-session.ts';
import { VariantSession } from './variant-session.ts';
import type { EngineOffer, EngineRequest, EngineSession, SavedModelEngine } from './saved-model-engine.ts';

/** What {@link OnnxSavedModelEngine} is made of. */
export interface OnnxSavedModelEngineParts {
  /** Made when the first model is compiled. */
  readonly createEngine: () => OnnxEngine;
  readonly cache: CompileCacheOptions;
}

/** What is to be compiled and loaded. */
interface WantedGraphs {
  readonly directory: string;
  readonly names: readonly string[];
  /** Other shapes than the signatures'. */
  readonly shapes: InputShapes | undefined;
  readonly options: SavedModelOptions;
}

/** Runs SavedModels compiled to ONNX. They are compiled in a thread of their own, and kept on disk. */
export class OnnxSavedModelEngine implements SavedModelEngine {
  readonly name = 'onnx' as const;
  readonly #parts: OnnxSavedModelEngineParts;
  readonly #thread = new CompileThread();
  #engine: OnnxEngine | undefined;

  constructor(parts: OnnxSavedModelEngineParts) {
    this.#parts = parts;
  }

  async offer({ directory }: OpenSavedModel, { tags }: SavedModelOptions, signal: AbortSignal): Promise<EngineOffer> {
    const { uncovered, cut } = await this.#thread.run<'find-coverage'>({ kind: 'find-coverage', directory, tags }, signal);
    return { unavailable: undefined, refused: uncovered, detail: ['compiled to ONNX', ...describeCuts(cut)].join('; ') };
  }

  /** Weights are in memory twice while they are compiled, and then as often as ONNX Runtime has them. */
  estimateBytes(fileBytes: number): number {
    return Math.max(2 * fileBytes, this.#running().estimateBytes(fileBytes, {}));
  }

  async load({ model: { directory }, signatures, options }: EngineRequest, signal: AbortSignal): Promise<EngineSession> {
    const base = await this.#loadIntact({ directory, names: [...signatures.keys()], shapes: undefined, options }, signal);
    return new VariantSession(base, {
      signatures,
      loadVariant: (name, shapes, closing) => this.#loadIntact({ directory, names: [name], shapes, options }, closing),
    });
  }

  async close(): Promise<void> {
    await this.#thread.close();
    await this.#engine?.close();
  }

  async #loadIntact(wanted: WantedGraphs, signal: AbortSignal): Promise<CompiledSession> {
    try {
      return await this.#loadCompiled(wanted, { signal, isAgain: false });
    } catch (error) {
      // Another process may have removed it, or the disk has damaged it since.
      if (!isDamaged(error)) throw error;
      return this.#loadCompiled(wanted, { signal, isAgain: true });
    }
  }

  async #loadCompiled({ directory, names, shapes, options }: WantedGraphs, { signal, isAgain }: { readonly signal: AbortSignal; readonly isAgain: boolean }): Promise<CompiledSession> {
    const job = { kind: 'compile', directory, tags: options.tags, signatures: names, shapes, cache: this.#parts.cache, engineVersion: runtimeVersion(), isAgain } as const;
    const cached = await this.#thread.run<'compile'>(job, signal);
    return new CompiledSession(cached.compiled, await this.#createSessions(cached, sessionOptions(options), signal));
  }

  /** Signatures that compute the same share one file, and one session. */
  async #createSessions({ folder, compiled }: CachedModel, options: SessionOptions, signal: AbortSignal): Promise<ReadonlyMap<string, OnnxSession>> {
    const sessions = new Map<string, OnnxSession>();
    try {
      for (const [file, { hasLoops }] of graphFiles(compiled)) sessions.set(file, await this.#running().createSession(join(folder, file), { ...options, hasLoops }, signal));
      return sessions;
    } catch (error) {
      await Promise.all(Array.from(sessions.values(), (session) => session.close()));
      throw error;
    }
  }

  #running(): OnnxEngine {
    this.#engine ??= this.#parts.createEngine();
    return this.#engine;
  }
}

/** Signatures that are cut alike together. */
function describeCuts(cut: ReadonlyMap<string, string>): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const [name, how] of cut) groups.set(how, [...(groups.get(how) ?? []), `'${name}'`]);
  return Array.from(groups, ([how, names]) => `${names.join(', ')} as ${how}`);
}

function isDamaged(error: unknown): boolean {
  return ServingError.is(error) && ['SRV_ONNX_FILE_NOT_FOUND', 'SRV_ONNX_MODEL_INVALID', 'SRV_ONNX_LOAD_FAILED'].includes(error.code);
}

function sessionOptions({ device, intraOpThreads, interOpThreads, maxQueuedRuns }: SavedModelOptions): SessionOptions {
  return {
    ...(device === undefined ? {} : { device }),
    ...(intraOpThreads === undefined ? {} : { intraOpThreads }),
    ...(interOpThreads === undefined ? {} : { interOpThreads }),
    ...(maxQueuedRuns === undefined ? {} : { maxQueuedRuns }),
  };
}

/** What is written may depend on which operators the runtime knows. */
function runtimeVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('@servable/engine-onnxruntime/package.json');
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
}
