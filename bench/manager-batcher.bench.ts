/**
 * 64 callers, each waiting for its one-row float32[8] answer: acquire, batcher, release, through a manager with the batching
 * plugin, and an engine that gives its input back. Every number of every answer is checked. Beside it the same callers
 * waiting for a function that copies the row and answers later: what asking asynchronously costs by itself.
 *
 * Rates are per second of this process's CPU time, so other work on the machine does not count.
 *
 *   npm run bench -- manager-batcher
 */
import { createBatching } from '@servable/batching';
import {
  createHooks,
  createManager,
  type Loader,
  type NamedTensors,
  parseModelName,
  parseVersion,
  type RunContext,
  type Servable,
  type ServableRequest,
  type Tensor,
} from '@servable/core';
import { reportFigure, sized } from './runner/report.ts';
import { interleave } from './runner/rounds.ts';

const CALLERS = 64;
const WIDTH = 8;
const ANSWERS = sized(600_000, 60_000);
const ROUNDS = sized(7, 3);
/** DESIGN: answers each second, on one core. */
const TARGET = 1_000_000;

const shape = [-1, WIDTH];
const servable: Servable = {
  signatures: new Map([
    [
      'serving_default',
      {
        methodName: 'tensorflow/serving/predict',
        inputs: new Map([['x', { dtype: 'FP32', shape }]]),
        outputs: new Map([['y', { dtype: 'FP32', shape }]]),
        defaults: new Map(),
        batching: 'rows',
      },
    ],
  ]),
  executor: { id: 'no-op', maxConcurrentRuns: 1 },
  run: (_signature, inputs) => new Map([['y', inputs.get('x') as Tensor]]),
};
const createLoader = (): Loader => ({ estimate: async () => ({ ramBytes: 1 }), load: async () => servable, unload: async () => {} });

const hooks = createHooks();
createBatching().plugin.apply(hooks);
const batches = { count: 0 };
const manager = createManager({ hooks });
const name = parseModelName('rows');
manager.aspire({ name, versions: [{ version: parseVersion(1), value: { createLoader } }] });
await manager.states.waitUntilReady([name]);

const request: ServableRequest = { kind: 'latest', name };
const context: RunContext = { signal: new AbortController().signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: 'in-process', peer: '', attributes: new Map() };

type Ask = (inputs: NamedTensors) => NamedTensors | Promise<NamedTensors>;

async function askManager(inputs: NamedTensors): Promise<NamedTensors> {
  const handle = manager.acquire(request);
  try {
    return await handle.servable.run('serving_default', inputs, context);
  } finally {
    handle.release();
  }
}

async function askCopy(inputs: NamedTensors): Promise<NamedTensors> {
  await Promise.resolve();
  const x = inputs.get('x');
  if (x?.dtype !== 'FP32') throw new Error('A caller gives float32');
  const data = x.data.slice();
  return new Map([['y', { dtype: 'FP32', shape: [1, WIDTH], data }]]);
}

/** One caller's row is like no other's, and changes with every request. */
async function caller(ask: Ask, seed: number, answers: number): Promise<void> {
  const data = new Float32Array(WIDTH);
  const inputs: NamedTensors = new Map([['x', { dtype: 'FP32', shape: [1, WIDTH], data }]]);
  for (let answer = 0; answer < answers; answer += 1) {
    const first = seed + (answer % 4096) * CALLERS;
    for (let at = 0; at < WIDTH; at += 1) data[at] = first + at / WIDTH;
    check((await ask(inputs)).get('y'), first);
  }
}

function check(y: Tensor | undefined, first: number): void {
  let isRight = y?.shape[0] === 1 && y.shape[1] === WIDTH && y.data.length === WIDTH;
  for (let at = 0; isRight && at < WIDTH; at += 1) isRight = y?.data[at] === first + at / WIDTH;
  if (!isRight) throw new Error(`The row that begins with ${first} was answered with [${String(y?.data)}]`);
}

async function rateOf(ask: Ask): Promise<number> {
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: CALLERS }, (_, seed) => caller(ask, seed, ANSWERS / CALLERS)));
  const { user, system } = process.cpuUsage(before);
  return (Math.floor(ANSWERS / CALLERS) * CALLERS * 1e6) / (user + system);
}

const subjects = { manager: () => rateOf(askManager), copy: () => rateOf(askCopy) };
await interleave(subjects, 2);
const rates = await interleave(subjects, ROUNDS);
reportFigure({
  name: `manager + batcher, ${CALLERS} callers, one-row float32[${WIDTH}]`,
  unit: 'answers/s of CPU',
  better: 'higher',
  values: rates.get('manager') ?? [],
  baseline: { name: 'asynchronous copy of the row', values: rates.get('copy') ?? [] },
  target: TARGET,
});

// After what counts: a tap costs time.
hooks.batchClosed.tap('bench', () => {
  batches.count += 1;
});
await rateOf(askManager);
reportFigure({ name: 'rows in a batch', unit: 'rows', better: 'higher', values: [ANSWERS / batches.count] });
await manager.close();
