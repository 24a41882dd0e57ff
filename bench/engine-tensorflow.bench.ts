/**
 * A SavedModel that TensorFlow runs, through the in-process server (acquire, engine, release), beside TensorFlow's C API called in a loop in
 * this thread on a tensor made before, and beside Python's `session.run`. Needs a libtensorflow; Python is that of the interop suite, where
 * it was made.
 *
 * Each answer's first number is compared with that of the loop. While callers run, `fs.stat` is watched.
 *
 *   npm run bench -- engine-tensorflow
 */
import { createManager, messageOf, type NamedTensors, parseModelName, parseVersion, type RunContext, silentLogger } from '@servable/core';
import { findLibrary, type FoundLibrary } from '@servable/engine-tensorflow';
import savedModel from '@servable/loader-savedmodel';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openDirectTensorFlowRun } from './models/direct-tensorflow-run.ts';
import { reportFigure, sized } from './runner/report.ts';
import { interleave, quantile } from './runner/rounds.ts';

const ROOT = join(import.meta.dirname, '..');
const PYTHON = join(ROOT, '.interop/venv/bin/python');
const MODEL = { directory: join(ROOT, 'fixtures/keras_mlp/1'), input: 'serving_default_features', output: 'StatefulPartitionedCall_1' };
const COLUMNS = 8;
const BATCHES = [1, 32];
const MEASURE_MS = sized(250, 60);
const WARMUP_MS = sized(700, 50);
const ROUNDS = sized(5, 2);
const NAME = parseModelName('mlp');

interface Measurement {
  readonly p50: number;
  readonly rows: number;
  readonly statP99: number;
}

const found = libraryOrNone();
if (found !== undefined) await main(found);

function libraryOrNone(): FoundLibrary | undefined {
  try {
    const environment = { library: process.env['SERVABLE_LIBTENSORFLOW'], pythonFolders: [join(ROOT, '.interop/venv')], home: undefined };
    return findLibrary({ folder: ROOT, environment });
  } catch (error) {
    console.error(`Nothing is measured: ${messageOf(error)}`);
    return undefined;
  }
}

async function main({ files }: FoundLibrary): Promise<void> {
  for (const [title, synchronousMicros] of [['in threads', 0], ['as it is by default', undefined]] as const) {
    const served = await serve(files.main, synchronousMicros);
    for (const batch of BATCHES) await compare(title, served, { files, batch });
    await served.close();
  }
}

interface Served {
  readonly ask: (inputs: NamedTensors) => Promise<NamedTensors>;
  close(): Promise<void>;
}

async function serve(path: string, synchronousMicros: number | undefined): Promise<Served> {
  const manager = createManager();
  const plugin = savedModel({ engine: { name: 'tensorflow', path }, threads: 2, ...(synchronousMicros === undefined ? {} : { synchronousMicros }) });
  const version = parseVersion(1);
  const createLoader = () => plugin.create({ path: MODEL.directory }, {}, { id: { name: NAME, version }, logger: silentLogger });
  manager.aspire({ name: NAME, versions: [{ version, value: { createLoader } }] });
  await manager.states.waitUntilReady([NAME]);
  const context: RunContext = { signal: new AbortController().signal, deadlineMs: undefined, outputs: [], requestId: '', protocol: 'in-process', peer: '', attributes: new Map() };
  return {
    ask: async (inputs) => {
      const handle = manager.acquire({ kind: 'latest', name: NAME });
      try {
        return await handle.servable.run('serving_default', inputs, context);
      } finally {
        handle.release();
      }
    },
    close: async () => {
      await manager.close();
      await plugin.close?.();
    },
  };
}

async function compare(title: string, { ask }: Served, { files, batch }: { readonly files: FoundLibrary['files']; readonly batch: number }): Promise<void> {
  const shape = [batch, COLUMNS];
  const data = new Float32Array(batch * COLUMNS).fill(0.5);
  const inputs: NamedTensors = new Map([['features', { dtype: 'FP32', shape, data }]]);
  const direct = openDirectTensorFlowRun(files, MODEL, shape, data);
  const first = Number((await ask(inputs)).get('output_0')?.data[0]);
  if (!(Math.abs(first - direct.firstNumber()) < 1e-5)) throw new Error(`it answers ${first}, and directly ${direct.firstNumber()}`);
  const run = (): Promise<NamedTensors> => ask(inputs);
  await measure(run, { batch, callers: 8, forMs: WARMUP_MS });
  const subjects = {
    one: () => measure(run, { batch, callers: 1, forMs: MEASURE_MS }),
    eight: () => measure(run, { batch, callers: 8, forMs: MEASURE_MS }),
    direct: () => measureDirect(direct.run, batch),
  };
  const results = await interleave(subjects, ROUNDS);
  direct.close();
  const figures = (subject: keyof typeof subjects, key: keyof Measurement): readonly number[] => (results.get(subject) ?? []).map((each) => each[key]);
  const python = pythonMicros(batch);
  const p50 = { name: `mlp, batch ${batch}, ${title}, 1 caller: p50`, unit: 'µs', better: 'lower', values: figures('one', 'p50') } as const;
  reportFigure({ ...p50, baseline: { name: 'C API in a loop', values: figures('direct', 'p50') } });
  if (python.length > 0) reportFigure({ ...p50, baseline: { name: "Python's session.run", values: python } });
  const rows = { name: `mlp, batch ${batch}, ${title}, 8 callers: rate`, unit: 'rows/s', better: 'higher', values: figures('eight', 'rows') } as const;
  reportFigure({ ...rows, baseline: { name: 'C API in a loop', values: figures('direct', 'rows') } });
  reportFigure({ name: `mlp, batch ${batch}, ${title}, 8 callers: fs.stat p99`, unit: 'ms', better: 'lower', values: figures('eight', 'statP99'), target: 5 });
}

async function measure(run: () => Promise<unknown>, { batch, callers, forMs }: { readonly batch: number; readonly callers: number; readonly forMs: number }): Promise<Measurement> {
  const start = performance.now();
  const end = start + forMs;
  const [runMicros, statMs]: [number[], number[]] = [[], []];
  async function call(): Promise<void> {
    for (let began = performance.now(); began < end; began = performance.now()) {
      await run();
      runMicros.push((performance.now() - began) * 1000);
    }
  }
  async function watch(): Promise<void> {
    for (let began = performance.now(); began < end; began = performance.now()) {
      await stat(import.meta.filename);
      statMs.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  await Promise.all([watch(), ...Array.from({ length: callers }, call)]);
  return { p50: quantile(runMicros, 0.5), rows: (runMicros.length * batch * 1000) / (performance.now() - start), statP99: quantile(statMs, 0.99) };
}

function measureDirect(run: () => void, batch: number): Measurement {
  const start = performance.now();
  const runMicros: number[] = [];
  for (let began = start; began < start + MEASURE_MS; began = performance.now()) {
    run();
    runMicros.push((performance.now() - began) * 1000);
  }
  return { p50: quantile(runMicros, 0.5), rows: (runMicros.length * batch * 1000) / (performance.now() - start), statP99: Number.NaN };
}

/** p50 of each round; none where the interop suite's Python was not made. */
function pythonMicros(batch: number): readonly number[] {
  if (!existsSync(PYTHON)) return [];
  const script = join(import.meta.dirname, 'models/tensorflow_session.py');
  const args = [script, MODEL.directory, `${MODEL.input}:0`, `${MODEL.output}:0`, String(COLUMNS), String(batch), String(ROUNDS)];
  const output = execFileSync(PYTHON, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: '/usr/bin:/bin', TF_CPP_MIN_LOG_LEVEL: '3' } });
  return output.trim().split('\n').slice(1).map(Number);
}
