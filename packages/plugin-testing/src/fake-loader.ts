import {
  type Artifact,
  defineLoader,
  type Loader,
  type LoaderContext,
  type LoaderPlugin,
  formatServableId,
  type ResourceEstimate,
  type Servable,
  type ServableId,
} from '@servable/core';
import { Deferred, unlessAborted } from './deferred.ts';
import { testingError } from './errors.ts';
import { fakeServable } from './fake-servable.ts';
import { testServableId } from './test-context.ts';

/** The calls of a Loader that a test can hold back. */
export type LoaderStep = 'estimate' | 'load' | 'unload';

/** What a {@link FakeLoader} gives, when, and where it fails. */
export interface FakeLoaderOptions {
  /** What `load` gives; called once a load. Default: a `fakeServable()`. */
  readonly servable?: () => Servable;
  /** Default: 0 bytes. */
  readonly estimate?: ResourceEstimate;
  /** Steps that wait for {@link FakeLoader.resolve} or {@link FakeLoader.reject}. Default: none, each ends at once. */
  readonly deferred?: readonly LoaderStep[];
  /** Steps that fail at once, and with what. */
  readonly errors?: Readonly<Partial<Record<LoaderStep, Error>>>;
  /** A load that does not look at its signal, as one inside a native library. Default: false. */
  readonly ignoresAbort?: boolean;
}

interface Step {
  calls: number;
  readonly started: Deferred;
  readonly gate: Deferred;
}

function newStep(): Step {
  return { calls: 0, started: new Deferred(), gate: new Deferred() };
}

/**
 * A Loader in the test's hands: counts its calls, ends each when told to, and holds callers to the contract (a second
 * `load` or `unload`, and a run after `unload`, are errors).
 */
export class FakeLoader implements Loader {
  readonly id: ServableId;
  /** `undefined` when it was not made by a {@link fakeLoader} plugin. */
  readonly artifact: Artifact | undefined;
  readonly #options: FakeLoaderOptions;
  readonly #steps: Readonly<Record<LoaderStep, Step>>;
  #isUnloaded = false;

  constructor(options: FakeLoaderOptions = {}, id: ServableId = testServableId(), artifact?: Artifact) {
    this.#options = options;
    this.id = id;
    this.artifact = artifact;
    this.#steps = { estimate: newStep(), load: newStep(), unload: newStep() };
    for (const step of ['estimate', 'load', 'unload'] as const) {
      const error = options.errors?.[step];
      if (error !== undefined) this.reject(step, error);
      else if (!(options.deferred ?? []).includes(step)) this.resolve(step);
    }
  }

  /** How often a step was called. */
  calls(step: LoaderStep): number {
    return this.#steps[step].calls;
  }

  /** Resolves once a step was called; at once when it was before. */
  started(step: LoaderStep): Promise<void> {
    return this.#steps[step].started.promise;
  }

  /** Lets a deferred step end well; also before it was called. */
  resolve(step: LoaderStep): void {
    this.#steps[step].gate.resolve();
  }

  /** Lets a deferred step fail; also before it was called. */
  reject(step: LoaderStep, error: unknown): void {
    this.#steps[step].gate.reject(error);
  }

  async estimate(signal: AbortSignal): Promise<ResourceEstimate> {
    await unlessAborted(this.#enter('estimate'), signal);
    return this.#options.estimate ?? { ramBytes: 0 };
  }

  async load(signal: AbortSignal): Promise<Servable> {
    const gate = this.#enter('load');
    if (this.calls('load') > 1) throw new Error(`load() of ${formatServableId(this.id)} was called twice`);
    if (this.#isUnloaded) throw new Error(`load() of ${formatServableId(this.id)} was called after unload()`);
    await (this.#options.ignoresAbort === true ? gate : unlessAborted(gate, signal));
    return this.#guard((this.#options.servable ?? fakeServable)());
  }

  async unload(): Promise<void> {
    this.#isUnloaded = true;
    const gate = this.#enter('unload');
    if (this.calls('unload') > 1) throw new Error(`unload() of ${formatServableId(this.id)} was called twice`);
    await gate;
  }

  #enter(name: LoaderStep): Promise<void> {
    const step = this.#steps[name];
    step.calls += 1;
    step.started.resolve();
    return step.gate.promise;
  }

  /** The servable, refusing to run once unloaded. */
  #guard(servable: Servable): Servable {
    const assertLoaded = (): void => {
      if (this.#isUnloaded) throw testingError('SRV_FAKE_UNLOADED', [formatServableId(this.id)]);
    };
    const guarded: Servable = {
      signatures: servable.signatures,
      executor: servable.executor,
      run(signature, inputs, context) {
        assertLoaded();
        return servable.run(signature, inputs, context);
      },
    };
    const stream = servable.stream?.bind(servable);
    const runTogether = servable.runTogether?.bind(servable);
    return { ...guarded, ...(stream === undefined ? {} : { stream }), ...(runTogether === undefined ? {} : { runTogether }) };
  }
}

/** What a fake plugin says of itself, and how its loaders behave. */
export interface FakeLoaderPluginOptions extends FakeLoaderOptions {
  /** Default: `fake`. */
  readonly platform?: string;
  readonly platformAliases?: readonly string[];
  /** The options of one loader, given where and for what it is made; wins over those above. */
  readonly forArtifact?: (artifact: Artifact, context: LoaderContext) => FakeLoaderOptions;
}

/** A loader plugin whose loaders a test holds. */
export interface FakeLoaderPlugin extends LoaderPlugin {
  /** Every Loader made so far, oldest first; a retry makes a new one. */
  readonly loaders: readonly FakeLoader[];
  /** Resolves with the `index`-th Loader (from 0) once it was made. */
  loaderAt(index: number): Promise<FakeLoader>;
}

/** A loader plugin without files: `detect` says no, `create` makes {@link FakeLoader}s. */
export function fakeLoader(options: FakeLoaderPluginOptions = {}): FakeLoaderPlugin {
  const loaders: FakeLoader[] = [];
  const waiting = new Map<number, Deferred<FakeLoader>>();
  const create: LoaderPlugin['create'] = (artifact, _modelOptions, context) => {
    const loader = new FakeLoader({ ...options, ...options.forArtifact?.(artifact, context) }, context.id, artifact);
    loaders.push(loader);
    waiting.get(loaders.length - 1)?.resolve(loader);
    return loader;
  };
  const loaderAt = (index: number): Promise<FakeLoader> => {
    const existing = loaders[index];
    if (existing !== undefined) return Promise.resolve(existing);
    const deferred = waiting.get(index) ?? new Deferred<FakeLoader>();
    waiting.set(index, deferred);
    return deferred.promise;
  };
  const plugin = defineLoader({
    platform: options.platform ?? 'fake',
    platformAliases: options.platformAliases ?? [],
    create,
    detect: () => Promise.resolve(false),
  });
  return { ...plugin, loaders, loaderAt };
}
