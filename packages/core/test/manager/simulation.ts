import {
  type AspiredVersion,
  createHooks,
  createManager,
  type LifecycleState,
  type Loadable,
  type Loader,
  type Manager,
  type ModelName,
  parseModelName,
  parseVersion,
  type ResourceEstimate,
  type Servable,
  type ServableHandle,
  type ServableId,
  type ServableState,
  servableError,
  type ServingError,
  type TransitionPolicy,
  type Version,
} from '../../src/index.ts';
import { fakeServable, settled } from '../fake-loader.ts';

/** One entry of a stated set. */
export type Wanted = 'absent' | 'value' | 'error';
/** How an outstanding step of a loader ends. */
export type Outcome = 'succeeds' | 'fails for now' | 'fails for good';

export type Operation =
  | { readonly kind: 'aspire' | 'aspire in a hook'; readonly model: number; readonly wanted: readonly Wanted[] }
  | { readonly kind: 'finish'; readonly pick: number; readonly outcome: Outcome; readonly ramBytes: number }
  | { readonly kind: 'acquire'; readonly model: number; readonly request: 'latest' | 'earliest' }
  | { readonly kind: 'run' | 'release'; readonly pick: number }
  | { readonly kind: 'let time pass' };

export interface World {
  readonly policy: TransitionPolicy;
  readonly ramBytes: number | undefined;
  readonly maxConcurrentLoads: number;
  readonly maxConcurrentUnloads: number;
  readonly maxLoadRetries: number;
  readonly loadRetryIntervalMs: number;
}

/** What the simulation needs of its clock. */
export interface Clock {
  pass(): void;
  pendingTimers(): number;
}

interface Step {
  readonly name: 'estimate' | 'load' | 'unload';
  readonly loader: SimulatedLoader;
  end(outcome: Outcome, ramBytes: number): void;
}

const MODELS = ['a', 'b'].map(parseModelName);
export const VERSIONS: readonly Version[] = [1, 2, 3].map(parseVersion);
const NEXT: Record<LifecycleState | 'unknown', readonly LifecycleState[]> = {
  unknown: ['new', 'ended'],
  new: ['loading', 'ended'],
  loading: ['ready', 'unloading', 'ended'],
  ready: ['draining'],
  draining: ['unloading'],
  unloading: ['ended'],
  ended: ['new', 'ended'],
};

/**
 * A manager among loaders whose steps end when the simulation says so, and the rules it must keep. The rules know only what
 * a user can see: loaders' calls, published states, `acquire`, `reservedBytes`.
 */
export class Simulation {
  readonly manager: Manager;
  readonly #world: World;
  readonly #clock: Clock;
  readonly #loaders: SimulatedLoader[] = [];
  readonly #steps: Step[] = [];
  readonly #handles: ServableHandle[] = [];
  readonly #published = new Map<string, ServableState>();
  readonly #wasReady = new Set<string>();
  /** Versions in error that may start anew: they were left out, or stated as an error, since. */
  readonly #mayStartAnew = new Set<string>();
  /** In this life of a version. */
  readonly #attempts = new Map<string, number>();
  readonly #aspired = new Map<ModelName, ReadonlyMap<Version, Wanted>>();
  readonly #inHook: (() => void)[] = [];
  readonly #faults: string[] = [];
  #isClosing = false;

  constructor(world: World, clock: Clock) {
    this.#world = world;
    this.#clock = clock;
    const hooks = createHooks();
    hooks.aspired.tap('simulation', (set) => this.#onAspired(set.name, new Map(set.versions.map((each) => [each.version, 'error' in each ? 'error' : 'value']))));
    hooks.stateChanged.tap('simulation', (state) => this.#onState(state));
    hooks.stateChanged.tap('re-entrant', () => this.#inHook.shift()?.());
    const { ramBytes, ...options } = world;
    this.manager = createManager({ ...options, hooks, limits: ramBytes === undefined ? {} : { ramBytes } });
  }

  async do(operation: Operation): Promise<void> {
    this.#start(operation);
    await settled();
    this.#checkRest();
    this.#throwFaults();
  }

  /** Lets everything that goes on end well, whatever that leads to, and checks that all wishes are met. */
  async settle(): Promise<void> {
    this.#inHook.length = 0;
    for (let round = 0; round < 500; round += 1) {
      for (const handle of this.#handles.splice(0)) this.#release(handle);
      for (const step of this.#steps.splice(0)) step.end('succeeds', 1);
      this.#clock.pass();
      await settled();
      this.#throwFaults();
      if (this.#steps.length === 0 && this.#clock.pendingTimers() === 0) {
        this.#checkWishes();
        this.#throwFaults();
        return;
      }
    }
    throw new Error('it never comes to rest');
  }

  /** Closes in the middle of whatever goes on, lets that end, and checks that nothing is left. */
  async close(outcome: Outcome): Promise<void> {
    this.#isClosing = true;
    this.#inHook.length = 0;
    const progress = { isClosed: false };
    const closing = this.manager.close().then(() => (progress.isClosed = true));
    for (let round = 0; round < 500 && !progress.isClosed; round += 1) {
      for (const handle of this.#handles.splice(0)) this.#release(handle);
      for (const step of this.#steps.splice(0)) step.end(outcome, 1);
      await settled();
    }
    if (!progress.isClosed) throw new Error('close() never ends though handles are back and steps have ended');
    await closing;
    this.#checkNothingLeft();
    this.#throwFaults();
  }

  #start(operation: Operation): void {
    switch (operation.kind) {
      case 'aspire':
        return this.#aspire(operation.model, operation.wanted);
      case 'aspire in a hook':
        return void this.#inHook.push(() => this.#aspire(operation.model, operation.wanted));
      case 'finish':
        return this.#take(this.#steps, operation.pick)?.end(operation.outcome, operation.ramBytes);
      case 'acquire':
        return this.#acquire(operation.model, operation.request);
      case 'run':
        return this.#run(operation.pick);
      case 'release':
        return this.#release(this.#take(this.#handles, operation.pick));
      case 'let time pass':
        return this.#clock.pass();
      default:
        return operation satisfies never;
    }
  }

  #aspire(model: number, wanted: readonly Wanted[]): void {
    const name = modelAt(model);
    const versions = VERSIONS.flatMap((version, index): AspiredVersion<Loadable>[] => {
      if (wanted[index] === 'value') return [{ version, value: { createLoader: () => this.#createLoader({ name, version }) } }];
      return wanted[index] === 'error' ? [{ version, error: statedError() }] : [];
    });
    this.manager.aspire({ name, versions });
  }

  #createLoader(id: ServableId): Loader {
    const published = this.#published.get(keyOf(id))?.state;
    this.#rule(published === 'new' || published === 'loading', `${keyOf(id)}: a loader is only made on the way to ready`);
    const attempts = (this.#attempts.get(keyOf(id)) ?? 0) + 1;
    this.#attempts.set(keyOf(id), attempts);
    this.#rule(attempts <= 1 + this.#world.maxLoadRetries, `${keyOf(id)}: try ${attempts} of ${1 + this.#world.maxLoadRetries}`);
    const loader = new SimulatedLoader(id, (step) => this.#begin(step), (name) => this.#onCall(loader, name));
    this.#loaders.push(loader);
    return loader;
  }

  #begin(step: Step): void {
    this.#steps.push(step);
  }

  #acquire(model: number, kind: 'latest' | 'earliest'): void {
    const name = modelAt(model);
    const ready = this.#versionsIn(name, 'ready');
    const wanted = kind === 'latest' ? ready.at(-1) : ready[0];
    try {
      const handle = this.manager.acquire({ kind, name });
      this.#rule(handle.id.version === wanted, `${kind} of ${name} is ${String(wanted)}`);
      this.#handles.push(handle);
    } catch {
      this.#rule(wanted === undefined, `${kind} of ${name} can be acquired when a version is ready`);
    }
  }

  #run(pick: number): void {
    const handle = this.#handles[pick % Math.max(1, this.#handles.length)];
    if (handle === undefined) return;
    const loader = this.#loaders.find((each) => each.servable === handle.servable);
    this.#rule(loader?.isUsable === true, `${keyOf(handle.id)}: nothing runs after its unload`);
  }

  /** Twice, as careless code does. */
  #release(handle: ServableHandle | undefined): void {
    handle?.release();
    handle?.release();
  }

  #take<T>(from: T[], pick: number): T | undefined {
    return from.length === 0 ? undefined : from.splice(pick % from.length, 1)[0];
  }

  #onAspired(name: ModelName, wanted: ReadonlyMap<Version, Wanted>): void {
    const before = this.#aspired.get(name);
    for (const version of VERSIONS) {
      const isLeftOut = !wanted.has(version) || (before?.get(version) === 'error' && wanted.get(version) === 'value');
      if (isLeftOut || wanted.get(version) === 'error') this.#mayStartAnew.add(keyOf({ name, version }));
    }
    this.#aspired.set(name, wanted);
  }

  #onCall(loader: SimulatedLoader, name: Step['name']): void {
    const key = keyOf(loader.id);
    this.#rule(loader.calls.join() === CALLS.slice(0, loader.calls.length).join(), `${key}: each step is called once, in order`);
    if (name === 'unload') {
      this.#rule(loader.isLoadSettled, `${key}: unload waits for load`);
      this.#rule(!this.#handles.some((each) => each.servable === loader.servable), `${key}: unload waits for handles`);
    }
    if (name === 'load') this.#onLoad(loader);
  }

  #onLoad(loader: SimulatedLoader): void {
    const { ramBytes, maxConcurrentLoads, policy } = this.#world;
    const loading = this.#loaders.filter((each) => each.isLoading && !each.isAborted);
    this.#rule(loading.length <= maxConcurrentLoads, `${loading.length} loads go on, at most ${maxConcurrentLoads} may`);
    this.#rule(!loader.isAborted, `${keyOf(loader.id)}: a cancelled version is not loaded`);
    this.#checkLedger();
    if (ramBytes !== undefined) this.#rule(this.#heldBytes() <= ramBytes, `${this.#heldBytes()} bytes are held of ${ramBytes}`);
    if (policy.name !== 'preserve-resources') return;
    for (const other of this.#loaders) {
      const isOld = other.isHeld && other.id.name === loader.id.name && other !== loader && this.#isOld(other);
      this.#rule(!isOld, `${keyOf(loader.id)} is loaded while ${keyOf(other.id)} is still held`);
    }
  }

  /** Not aspired, or torn down and only aspired again. */
  #isOld({ id }: SimulatedLoader): boolean {
    const state = this.#published.get(keyOf(id))?.state;
    return this.#aspired.get(id.name)?.has(id.version) !== true || state === 'draining' || state === 'unloading';
  }

  #onState(state: ServableState): void {
    const key = keyOf(state.id);
    const before = this.#published.get(key);
    const readyBefore = this.#versionsIn(state.id.name, 'ready').length;
    this.#published.set(key, state);
    const { name, version } = state.id;
    this.#rule(NEXT[before?.state ?? 'unknown'].includes(state.state), `${key}: ${before?.state ?? 'unknown'} becomes ${state.state}`);
    this.#rule(this.manager.states.version(name, version) === state, `${key}: the monitor knows before the hook`);
    this.#rule(state.error === undefined || state.state === 'ended', `${key}: only an ended version has an error`);
    this.#checkAcquirable(state.id, state.state === 'ready' || state.state === 'draining');
    this.#checkLedger();
    if (state.state === 'ready') this.#wasReady.add(key);
    const isStated = this.#aspired.get(name)?.get(version) === 'value';
    this.#rule(isStated || state.state !== 'loading', `${key}: only what is aspired, and not as an error, begins to load`);
    if (state.state === 'new') this.#checkFreshStart(key, before);
    if (state.state === 'ended') this.#checkEnd(state, before);
    const isGone = readyBefore > 0 && this.#versionsIn(name, 'ready').length === 0;
    if (isGone && this.#world.policy.name === 'preserve-availability' && !this.#isClosing) {
      this.#rule(this.#aspired.get(name)?.size === 0, `${name} has no ready version left though some is aspired`);
    }
  }

  #checkFreshStart(key: string, before: ServableState | undefined): void {
    this.#wasReady.delete(key);
    this.#attempts.delete(key);
    const hasFailed = before?.error !== undefined && before.error.code !== 'SRV_LOAD_CANCELLED';
    this.#rule(!hasFailed || this.#mayStartAnew.has(key), `${key}: a version in error is not loaded again while it is aspired`);
    this.#mayStartAnew.delete(key);
  }

  #checkEnd(state: ServableState, before: ServableState | undefined): void {
    const key = keyOf(state.id);
    const isHeld = this.#loaders.some((each) => keyOf(each.id) === key && each.isHeld);
    this.#rule(!isHeld, `${key}: nothing is held once it ended`);
    if (before?.state === 'unloading') {
      const expected = this.#wasReady.has(key) ? undefined : 'SRV_LOAD_CANCELLED';
      this.#rule(state.error?.code === expected, `${key}: ends with ${String(expected)} after it was unloaded`);
    } else this.#rule(state.error !== undefined, `${key}: ends with an error when it never was ready`);
    if (state.error?.code === 'SRV_RESOURCES_EXHAUSTED') this.#checkExhausted(state.id);
  }

  /** Either it could never fit, or nothing goes on that could free what it needs. */
  #checkExhausted(id: ServableId): void {
    const limit = this.#world.ramBytes ?? Number.POSITIVE_INFINITY;
    const need = this.#loaders.findLast((each) => keyOf(each.id) === keyOf(id))?.need ?? 0;
    if (need > limit) return;
    const isBusy = this.#steps.some((each) => each.name !== 'estimate' || !each.loader.isAborted) || this.#clock.pendingTimers() > 0;
    const isDraining = [...this.#published.values()].some((each) => each.state === 'draining');
    this.#rule(!isBusy && !isDraining, `${keyOf(id)}: waits for resources while something goes on`);
    this.#rule(this.#heldBytes() + need > limit, `${keyOf(id)}: ends for want of ${need} bytes though ${this.#heldBytes()} of ${limit} are held`);
  }

  #checkAcquirable(id: ServableId, isExpected: boolean): void {
    let isAcquired = false;
    try {
      if (this.#isClosing) return;
      this.manager.acquire({ kind: 'version', ...id }).release();
      isAcquired = true;
    } catch {
      // Not to be had.
    }
    this.#rule(isAcquired === isExpected, `${keyOf(id)}: can be acquired is ${isExpected}`);
  }

  #checkLedger(): void {
    const reserved = this.manager.reservedBytes.get('RAM') ?? 0;
    const limit = this.#world.ramBytes ?? Number.POSITIVE_INFINITY;
    this.#rule(reserved <= limit, `${reserved} bytes are reserved of ${limit}`);
    this.#rule(this.#heldBytes() <= reserved, `${this.#heldBytes()} bytes are held, ${reserved} reserved`);
  }

  /** Between operations. */
  #checkRest(): void {
    this.#checkLedger();
    for (const state of this.#published.values()) this.#checkAcquirable(state.id, state.state === 'ready');
    for (const name of MODELS) {
      this.#rule(this.manager.readyVersions(name).join() === this.#versionsIn(name, 'ready').join(), `${name}: readyVersions`);
    }
  }

  #checkWishes(): void {
    for (const name of MODELS) {
      const wanted = this.#aspired.get(name) ?? new Map<Version, Wanted>();
      const aspiredReady = this.#versionsIn(name, 'ready').filter((version) => wanted.has(version));
      for (const version of VERSIONS) {
        const state = this.#published.get(keyOf({ name, version }));
        if (wanted.has(version)) {
          const isMet = state?.state === 'ready' || (state?.state === 'ended' && state.error !== undefined);
          const hasOldError = state?.error?.code === 'SRV_LOAD_CANCELLED' || (wanted.get(version) === 'value' && state?.error?.code === statedError().code);
          this.#rule(isMet && !hasOldError, `${name}/${version} is aspired, and ${String(state?.state)} ${String(state?.error?.code)}`);
        } else if (state?.state !== undefined && state.state !== 'ended') {
          const mayStay = state.state === 'ready' && this.#world.policy.name === 'preserve-availability' && wanted.size > 0 && aspiredReady.length === 0;
          this.#rule(mayStay, `${name}/${version} is not aspired, and ${state.state}`);
        }
      }
      const old = this.#versionsIn(name, 'ready').filter((version) => !wanted.has(version));
      this.#rule(old.length <= 1, `${name} keeps ${old.length} old versions`);
    }
  }

  #checkNothingLeft(): void {
    for (const state of this.#published.values()) this.#rule(state.state === 'ended', `${keyOf(state.id)} is ${state.state} after close`);
    for (const loader of this.#loaders) {
      const [loads, unloads] = ['load', 'unload'].map((name) => loader.calls.filter((each) => each === name).length);
      this.#rule(loads === unloads, `${keyOf(loader.id)}: ${String(loads)} loads have ${String(unloads)} unloads`);
    }
    this.#rule((this.manager.reservedBytes.get('RAM') ?? 0) === 0, 'the ledger is at zero after close');
    this.#rule(this.#clock.pendingTimers() === 0, 'no timer is left after close');
  }

  #heldBytes(): number {
    return this.#loaders.filter((each) => each.isHeld).reduce((sum, each) => sum + each.need, 0);
  }

  /** Ascending. */
  #versionsIn(name: ModelName, state: LifecycleState): Version[] {
    return VERSIONS.filter((version) => this.#published.get(keyOf({ name, version }))?.state === state);
  }

  #rule(holds: boolean, text: string): void {
    if (!holds) this.#faults.push(text);
  }

  /** Later, because observers and loaders must not throw into the manager. */
  #throwFaults(): void {
    if (this.#faults.length > 0) throw new Error(this.#faults.join('\n'));
  }
}

const CALLS: readonly Step['name'][] = ['estimate', 'load', 'unload'];

class SimulatedLoader implements Loader {
  readonly id: ServableId;
  readonly calls: Step['name'][] = [];
  readonly servable: Servable = fakeServable();
  need = 0;
  isLoadSettled = false;
  isUnloaded = false;
  #signal: AbortSignal | undefined;
  readonly #begin: (step: Step) => void;
  readonly #onCall: (name: Step['name']) => void;

  constructor(id: ServableId, begin: (step: Step) => void, onCall: (name: Step['name']) => void) {
    this.id = id;
    this.#begin = begin;
    this.#onCall = onCall;
  }

  get isAborted(): boolean {
    return this.#signal?.aborted === true;
  }

  get isLoading(): boolean {
    return this.calls.includes('load') && !this.isLoadSettled;
  }

  /** From the call of `load` to the end of `unload`. */
  get isHeld(): boolean {
    return this.calls.includes('load') && !this.isUnloaded;
  }

  get isUsable(): boolean {
    return this.isLoadSettled && !this.calls.includes('unload');
  }

  estimate(signal: AbortSignal): Promise<ResourceEstimate> {
    this.#signal = signal;
    return this.#step('estimate', (ramBytes) => {
      this.need = ramBytes;
      return { ramBytes };
    });
  }

  load(signal: AbortSignal): Promise<Servable> {
    this.#signal = signal;
    return this.#step('load', () => this.servable);
  }

  unload(): Promise<void> {
    return this.#step('unload', () => undefined);
  }

  #step<T>(name: Step['name'], valueOf: (ramBytes: number) => T): Promise<T> {
    this.calls.push(name);
    this.#onCall(name);
    return new Promise((resolve, reject) => {
      this.#begin({
        name,
        loader: this,
        end: (outcome, ramBytes) => {
          if (name === 'load') this.isLoadSettled = true;
          if (name === 'unload') this.isUnloaded = true;
          if (outcome === 'succeeds') resolve(valueOf(ramBytes));
          else reject(outcome === 'fails for now' ? new Error('for now') : permanent());
        },
      });
    });
  }
}

function permanent(): ServingError {
  return servableError('SRV_TENSOR_INVALID', ['for good']);
}

/** Of a version that cannot be had. */
function statedError(): ServingError {
  return servableError('SRV_INTERNAL', ['cannot be had']);
}

function modelAt(index: number): ModelName {
  return MODELS[index % MODELS.length] ?? parseModelName('a');
}

function keyOf({ name, version }: ServableId): string {
  return `${name}/${version}`;
}
