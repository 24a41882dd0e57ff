/**
 * What graphs take in memory with each engine, each figure from a process of its own: the peak of a load and what stays of it, beside
 * the size of the files; one more small session; and what is left after many runs, and after many loads and unloads, beside a few.
 *
 *   npm run bench -- engine-onnxruntime-memory
 */
import { allocateData, createTensor, elementCount } from '@servable/core';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNativeEngine, createWorkerEngine, type OnnxSession } from '../packages/engine-onnxruntime/src/index.ts';
import { layersDirectory, type LayerKind } from './models/onnx-models.ts';
import { reportFigure, sized } from './runner/report.ts';

const MEBIBYTE = 2 ** 20;
const SMALL = join(import.meta.dirname, '../fixtures/onnx/mlp/1');
const WEIGHTS_MB = sized(200, 20);
const RUNS: readonly [few: number, many: number] = [sized(1000, 100), sized(10_000, 300)];
const LOADS: readonly [few: number, many: number] = [sized(10, 2), sized(100, 4)];
const SESSIONS = 16;
const never = new AbortController().signal;

type EngineName = 'native' | 'worker';

function statusMebibytes(key: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
}

async function runOnce(session: OnnxSession): Promise<void> {
  const inputs = session.inputs.map(({ name, dtype = 'FP32', shape = [] }) => {
    const sizes = shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1));
    return [name, createTensor(dtype, sizes, allocateData(dtype, elementCount(sizes)))] as const;
  });
  await session.run(new Map(inputs), [], never);
}

/** In a process of its own. */
const parts: Readonly<Record<string, (engine: EngineName, directory: string) => Promise<Readonly<Record<string, number>>>>> = {
  async load(name, directory) {
    const engine = engineOf(name);
    // What all sessions share is there then.
    await runOnce(await engine.createSession(join(SMALL, 'model.onnx'), {}, never));
    const before = statusMebibytes('VmRSS');
    writeFileSync('/proc/self/clear_refs', '5'); // VmHWM begins anew.
    const session = await engine.createSession(join(directory, 'model.onnx'), {}, never);
    await runOnce(session);
    const result = { peak: statusMebibytes('VmHWM') - before, loaded: statusMebibytes('VmRSS') - before };
    await engine.close();
    return result;
  },
  async sessions(name) {
    const engine = engineOf(name);
    const load = async (): Promise<void> => runOnce(await engine.createSession(join(SMALL, 'model.onnx'), {}, never));
    await load();
    globalThis.gc?.();
    const before = statusMebibytes('VmRSS');
    for (let count = 0; count < SESSIONS; count += 1) await load();
    globalThis.gc?.();
    const each = (statusMebibytes('VmRSS') - before) / SESSIONS;
    await engine.close();
    return { each };
  },
  async runs(name) {
    const engine = engineOf(name);
    const session = await engine.createSession(join(SMALL, 'model.onnx'), {}, never);
    return { ...(await growth(RUNS, () => runOnce(session))), close: await engine.close().then(() => 0) };
  },
  async loads(name, directory) {
    const engine = engineOf(name);
    const round = async (): Promise<void> => {
      const session = await engine.createSession(join(directory, 'model.onnx'), {}, never);
      await runOnce(session);
      await session.close();
    };
    return { ...(await growth(LOADS, round)), close: await engine.close().then(() => 0) };
  },
};

async function growth([few, many]: readonly [number, number], act: () => Promise<void>): Promise<{ few: number; many: number }> {
  for (let round = 0; round < few; round += 1) await act();
  globalThis.gc?.();
  const early = statusMebibytes('VmRSS');
  for (let round = few; round < many; round += 1) await act();
  globalThis.gc?.();
  return { few: early, many: statusMebibytes('VmRSS') };
}

function engineOf(name: EngineName) {
  return name === 'native' ? createNativeEngine({ synchronousMicros: 0 }) : createWorkerEngine();
}

function measure(part: string, engine: EngineName, directory = ''): Readonly<Record<string, number>> {
  // A small young generation: how long garbage of the bench lies around is V8's to say, and not what is measured.
  const options = ['--expose-gc', '--max-semi-space-size=1', '--conditions=@servable/source', import.meta.filename, part, engine, directory];
  return JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }));
}

function fileMebibytes(directory: string): number {
  return readdirSync(directory).reduce((total, name) => total + statSync(join(directory, name)).size, 0) / MEBIBYTE;
}

function reportLoad(kind: LayerKind, isExternal: boolean): void {
  const directory = layersDirectory(kind, WEIGHTS_MB, isExternal);
  try {
    const files = { name: 'files', values: [fileMebibytes(directory)] };
    for (const engine of isExternal ? (['native'] as const) : (['native', 'worker'] as const)) {
      const { peak = Number.NaN, loaded = Number.NaN } = measure('load', engine, directory);
      const name = `${kind}${isExternal ? ', external data' : ''}, ${engine}`;
      reportFigure({ name: `${name}: peak of a load and a run`, unit: 'MiB', better: 'lower', values: [peak], baseline: files });
      reportFigure({ name: `${name}: loaded`, unit: 'MiB', better: 'lower', values: [loaded], baseline: files });
    }
    if (kind !== 'MatMul' || isExternal) return;
    const { few = Number.NaN, many = Number.NaN } = measure('loads', 'native', directory);
    reportFigure({ name: `native: after ${LOADS[1]} loads`, unit: 'MiB', better: 'lower', values: [many], baseline: { name: `after ${LOADS[0]}`, values: [few] }, target: few * 1.1 });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const [part, engine, directory] = process.argv.slice(2);
const act = part === undefined ? undefined : parts[part];
if (act !== undefined) console.log(JSON.stringify(await act(engine === 'worker' ? 'worker' : 'native', directory ?? '')));
else if (process.platform === 'linux') {
  for (const kind of ['MatMul', 'Conv', 'Gather'] as const) for (const isExternal of [false, true]) reportLoad(kind, isExternal);
  for (const name of ['native', 'worker'] as const) {
    reportFigure({ name: `one more small session, ${name}`, unit: 'MiB', better: 'lower', values: [measure('sessions', name)['each'] ?? Number.NaN] });
  }
  const { few = Number.NaN, many = Number.NaN } = measure('runs', 'native');
  reportFigure({ name: `native: after ${RUNS[1]} runs`, unit: 'MiB', better: 'lower', values: [many], baseline: { name: `after ${RUNS[0]}`, values: [few] }, target: few * 1.1 });
}
