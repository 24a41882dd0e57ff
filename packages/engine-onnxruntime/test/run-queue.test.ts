import { expect, it } from 'vitest';
import { RunQueue } from '../src/run-queue.ts';
import { ThreadTurns } from '../src/thread-turns.ts';

const never = new AbortController().signal;

/** Runs that end when they are told to. */
class Runs {
  readonly started: string[] = [];
  readonly #ends = new Map<string, (error?: Error) => void>();

  job(name: string): (worker: string) => Promise<string> {
    return (worker) => {
      this.started.push(`${name}@${worker}`);
      return new Promise((resolve, reject) => this.#ends.set(name, (error) => (error === undefined ? resolve(name) : reject(error))));
    };
  }

  async end(name: string, error?: Error): Promise<void> {
    this.#ends.get(name)?.(error);
    await settle();
  }
}

/** Until every promise that can go on has gone on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function queueOf(workers: readonly string[], options: { runsPerWorker?: number; maxQueuedRuns?: number; turns?: ThreadTurns } = {}) {
  return new RunQueue(workers, { maxQueuedRuns: 100, runsPerWorker: 2, cost: 1, turns: new ThreadTurns(8), ...options });
}

it('gives each run to the least busy worker, in order', async () => {
  const runs = new Runs();
  const queue = queueOf(['w1', 'w2']);
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => queue.run(runs.job(name), never));
  expect(runs.started).toEqual(['a@w1', 'b@w2', 'c@w1', 'd@w2']);
  await runs.end('b');
  expect(runs.started.slice(4)).toEqual(['e@w2']);
  for (const name of ['a', 'c', 'd', 'e']) await runs.end(name);
  expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('goes on after a run that fails', async () => {
  const runs = new Runs();
  const queue = queueOf(['w'], { runsPerWorker: 1 });
  const failing = queue.run(runs.job('a'), never).catch((error: unknown) => error);
  const next = queue.run(runs.job('b'), never);
  const fault = new Error('broken');
  await runs.end('a', fault);
  await runs.end('b');
  expect([await failing, await next]).toEqual([fault, 'b']);
});

it('drops an aborted run that waits, and keeps the place of one that runs', async () => {
  const runs = new Runs();
  const queue = queueOf(['w'], { runsPerWorker: 1 });
  const controller = new AbortController();
  const outcomes = ['a', 'b', 'c'].map((name) => queue.run(runs.job(name), name === 'c' ? never : controller.signal).catch((error: unknown) => error));
  const reason = new Error('left');
  controller.abort(reason);
  expect(await Promise.all(outcomes.slice(0, 2))).toEqual([reason, reason]);
  expect(runs.started).toEqual(['a@w']);
  await runs.end('a');
  expect(runs.started).toEqual(['a@w', 'c@w']);
  await runs.end('c');
  expect(await outcomes[2]).toBe('c');
});

it('leaves no listener on the signal of a run that ended', async () => {
  const runs = new Runs();
  const queue = queueOf(['w']);
  const controller = new AbortController();
  const listeners: string[] = [];
  const signal = new Proxy(controller.signal, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (String(key).endsWith('EventListener')) listeners.push(String(key));
        return Reflect.apply(value, target, args);
      };
    },
  });
  const run = queue.run(runs.job('a'), signal);
  await runs.end('a');
  await run;
  expect(listeners).toEqual(['addEventListener', 'removeEventListener']);
});

it('refuses what would wait beyond the limit, but not what can begin', async () => {
  const runs = new Runs();
  const queue = queueOf(['w'], { runsPerWorker: 1, maxQueuedRuns: 0 });
  const running = queue.run(runs.job('a'), never);
  await expect(queue.run(runs.job('b'), never)).rejects.toMatchObject({ code: 'SRV_ONNX_QUEUE_FULL' });
  await runs.end('a');
  const next = queue.run(runs.job('c'), never);
  await runs.end('c');
  expect(await Promise.all([running, next])).toEqual(['a', 'c']);
});

it('hands its turn over after the runs under way when another queue waits', async () => {
  const runs = new Runs();
  const turns = new ThreadTurns(1);
  const [one, two] = [queueOf(['one'], { turns }), queueOf(['two'], { turns })];
  for (const name of ['a', 'b', 'c', 'd']) void one.run(runs.job(name), never);
  for (const name of ['x', 'y', 'z']) void two.run(runs.job(name), never);
  await runs.end('a');
  expect(runs.started).toEqual(['a@one', 'b@one']);
  await runs.end('b');
  expect(runs.started.slice(2)).toEqual(['x@two', 'y@two']);
  await runs.end('x');
  expect(runs.started.slice(4)).toEqual([]);
  await runs.end('y');
  expect(runs.started.slice(4)).toEqual(['c@one', 'd@one']);
  await runs.end('c');
  await runs.end('d');
  expect(runs.started.slice(6)).toEqual(['z@two']);
});

it('waits at close for what runs, and refuses what waits and what comes', async () => {
  const runs = new Runs();
  const queue = queueOf(['w'], { runsPerWorker: 1 });
  const running = queue.run(runs.job('a'), never);
  const waiting = queue.run(runs.job('b'), never).catch((error: unknown) => error);
  let isClosed = false;
  const closing = queue.close().then(() => (isClosed = true));
  expect(await waiting).toMatchObject({ code: 'SRV_ONNX_CLOSED' });
  await settle();
  expect(isClosed).toBe(false);
  await runs.end('a');
  await closing;
  expect(await running).toBe('a');
  await expect(queue.run(runs.job('c'), never)).rejects.toMatchObject({ code: 'SRV_ONNX_CLOSED' });
});

it('holds no turn while it has nothing to do', async () => {
  const runs = new Runs();
  const turns = new ThreadTurns(1);
  const queue = queueOf(['w'], { turns });
  const run = queue.run(runs.job('a'), never);
  await runs.end('a');
  await run;
  expect(turns.acquire(1, () => {}).isActive).toBe(true);
});
