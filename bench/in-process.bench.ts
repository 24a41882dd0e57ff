/**
 * ONNX models through the in-process server (acquire, batcher, engine, release), beside ONNX Runtime's C API called in a loop in this
 * thread on tensors made before: what one thread of one's own would give, with nothing copied and the event loop stopped. Then one-row
 * requests of 64 callers with batching on, beside the same with batching off.
 *
 * Rates are by the CPU time of the busiest thread, so other work on the machine does not count. Each answer's first number is compared
 * with that of the loop.
 *
 *   npm run bench -- in-process
 */
import { createBatching } from '@servable/batching';
import { createHooks, createManager, type NamedTensors, parseModelName, parseVersion, type RunContext, silentLogger, type Tensor } from '@servable/core';
import onnx from '@servable/loader-onnx';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openDirectRun } from './models/direct-run.ts';
import { perceptronDirectory } from './models/onnx-models.ts';
import { reportFigure, sized } from './runner/report.ts';
import { interleave, quantile } from './runner/rounds.ts';
import { busiestThreadMs, threadTimes } from './runner/thread-times.ts';

const MEASURE_MS = sized(250, 60);
const WARMUP_MS = sized(700, 50);
const ROUNDS = sized(5, 2);
/** DESIGN: of the direct loop's rows at batch 32. */
const TARGET_SHARE = 0.85;
const CALLERS = 8;
const MANY_CALLERS = 64;

const perceptron = perceptronDirectory();
const MODELS = [
  { title: 'mlp 784-128-10', name: 'mlp', path: perceptron, row: [784], options: {} },
  { title: 'mlp 784-128-10', name: 'mlp-unbatched', path: perceptron, row: [784], options: { batching: 'none' } },
  { title: 'cnn', name: 'cnn', path: join(import.meta.dirname, '../fixtures/onnx/from_keras_cnn/1'), row: [96, 96, 3], options: {} },
] as const;
type Model = (typeof MODELS)[number];

const hooks = createHooks();
const batching = createBatching();
batching.plugin.apply(hooks);
const manager = createManager({ hooks });
const plugin = onnx({ threads: 1 });
const version = parseVersion(1);
for (const { name, path, options } of MODELS) {
  const id = { name: parseModelName(name), version };
  manager.aspire({ name: id.name, versions: [{ version, value: { createLoader: () => plugin.create({ path }, options, { id, logger: silentLogger }) } }] });
}
await manager.states.waitUntilReady(MODELS.map(({ name }) => parseModelName(name)));

const context: RunContext = { signal: new AbortController().signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: 'in-process', peer: '', attributes: new Map() };

async function ask(name: string, inputs: NamedTensors): Promise<NamedTensors> {
  const handle = manager.acquire({ kind: 'latest', name: parseModelName(name) });
  try {
    return await handle.servable.run('serving_default', inputs, context);
  } finally {
    handle.release();
  }
}

function inputsOf({ name, row }: Model, batch: number): NamedTensors {
  const shape = [batch, ...row];
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5);
  const handle = manager.acquire({ kind: 'latest', name: parseModelName(name) });
  const [input = ''] = handle.servable.signatures.get('serving_default')?.inputs.keys() ?? [];
  handle.release();
  return new Map<string, Tensor>([[input, { dtype: 'FP32', shape, data }]]);
}

/** Rows a second of the busiest thread's CPU time, and by the clock. */
interface Rates {
  readonly capacity: number;
  readonly rate: number;
}

async function ratesOf(run: () => unknown, { batch, callers, forMs }: { readonly batch: number; readonly callers: number; readonly forMs: number }): Promise<Rates> {
  const before = threadTimes();
  const start = performance.now();
  const end = start + forMs;
  let runs = 0;
  async function call(): Promise<void> {
    for (; performance.now() < end; runs += 1) await run();
  }
  await Promise.all(Array.from({ length: callers }, call));
  return { capacity: (runs * batch * 1000) / busiestThreadMs(before), rate: (runs * batch * 1000) / (performance.now() - start) };
}

function directRates(run: () => void, batch: number): Rates {
  const before = threadTimes();
  const start = performance.now();
  let runs = 0;
  for (const end = start + MEASURE_MS; performance.now() < end; runs += 1) run();
  return { capacity: (runs * batch * 1000) / busiestThreadMs(before), rate: (runs * batch * 1000) / (performance.now() - start) };
}

function figuresOf(results: ReadonlyMap<string, readonly Rates[]>, subject: string, key: keyof Rates): readonly number[] {
  return (results.get(subject) ?? []).map((each) => each[key]);
}

async function compareWithDirect(model: Model, batch: number): Promise<void> {
  // Batches as large as the loop's: what is compared is the way to the engine, not how an engine likes larger ones.
  batching.configure(parseModelName(model.name), { maxBatchSize: batch });
  const inputs = inputsOf(model, batch);
  const direct = openDirectRun(join(model.path, 'model.onnx'), [...inputs.values()]);
  direct.run();
  const first = Number([...(await ask(model.name, inputs)).values()][0]?.data[0]);
  if (!(Math.abs(first - direct.firstNumber()) < 1e-5)) throw new Error(`${model.title} answers ${first}, and directly ${direct.firstNumber()}`);
  const run = (): unknown => ask(model.name, inputs);
  await ratesOf(run, { batch, callers: CALLERS, forMs: WARMUP_MS });
  const served = (): Promise<Rates> => ratesOf(run, { batch, callers: CALLERS, forMs: MEASURE_MS });
  const results = await interleave({ served, direct: () => directRates(direct.run, batch) }, ROUNDS);
  direct.close();
  const baseline = { name: 'direct', values: figuresOf(results, 'direct', 'capacity') };
  const target = batch === 32 ? { target: quantile(baseline.values, 0.5) * TARGET_SHARE } : {};
  const name = `${model.title}, batch ${batch}, ${CALLERS} callers: capacity`;
  reportFigure({ name, unit: 'rows/s', better: 'higher', values: figuresOf(results, 'served', 'capacity'), baseline, ...target });
}

/** One-row requests of many callers, joined and not. */
async function compareBatching(): Promise<void> {
  batching.configure(parseModelName(MODELS[0].name), {});
  const inputs = inputsOf(MODELS[0], 1);
  const measured = (name: string, forMs: number) => (): Promise<Rates> => ratesOf(() => ask(name, inputs), { batch: 1, callers: MANY_CALLERS, forMs });
  await interleave({ on: measured('mlp', WARMUP_MS), off: measured('mlp-unbatched', WARMUP_MS) }, 1);
  const results = await interleave({ on: measured('mlp', MEASURE_MS), off: measured('mlp-unbatched', MEASURE_MS) }, ROUNDS);
  for (const key of ['capacity', 'rate'] as const) {
    const baseline = { name: 'batching off', values: figuresOf(results, 'off', key) };
    reportFigure({ name: `${MODELS[0].title}, ${MANY_CALLERS} callers of one row, batching on: ${key}`, unit: 'rows/s', better: 'higher', values: figuresOf(results, 'on', key), baseline });
  }
}

for (const model of [MODELS[0], MODELS[2]]) for (const batch of [1, 8, 32, 128]) await compareWithDirect(model, batch);
await compareBatching();
await manager.close();
await plugin.close?.();
rmSync(perceptron, { recursive: true });
