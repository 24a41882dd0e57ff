import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { type Cores, findCores, pinned } from './cores.ts';
import { type Figure, parseFigure } from './figure.ts';

/** A bench that takes longer hangs: the longest needs half of it, with the models that it makes the first time. */
const LIMIT_MS = 600_000;
/** What threads and the event loop do to one another, or to nothing else, is not to be seen on one core. */
const ON_ALL_CORES: ReadonlySet<string> = new Set(['engine-onnxruntime', 'lookup-table-large', 'savedmodel-compiler', 'source-fs-idle']);

/** What came of a bench. */
export interface BenchRun {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** What it said besides figures. */
  readonly notes: readonly string[];
  readonly seconds: number;
  /** The machine's load average over one minute, before and after. */
  readonly load: readonly [before: number, after: number];
  /** Why its figures are not to be used; `undefined` when it ended well. */
  readonly failure: string | undefined;
}

/**
 * Runs a bench on the core for loads, with whatever it starts in its own process group, so that nothing of it outlives it.
 */
export async function runBench(file: string, { name, quick }: { readonly name: string; readonly quick: boolean }): Promise<BenchRun> {
  const startMs = performance.now();
  const [before = 0] = loadavg();
  const child = start(file, ON_ALL_CORES.has(name) ? undefined : findCores()?.load, quick);
  const figures: Figure[] = [];
  const notes: string[] = [];
  const reading = read(child, figures, notes);
  const failure = await endOf(child);
  await reading;
  const [after = 0] = loadavg();
  const nothing = figures.length === 0 ? 'it reported no figure' : undefined;
  return { name, figures, notes, seconds: (performance.now() - startMs) / 1000, load: [before, after], failure: failure ?? nothing };
}

function start(file: string, core: number | undefined, quick: boolean): ChildProcess {
  const [program, args] = pinned(core, [process.execPath, '--conditions=@servable/source', file]);
  const env = { ...process.env, BENCH_FIGURES: 'json', BENCH_QUICK: quick ? '1' : '0', BENCH_CORES: coresText(findCores()) };
  return spawn(program, args, { detached: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

function coresText(cores: Cores | undefined): string {
  return cores === undefined ? '' : `${cores.server},${cores.load}`;
}

async function read(child: ChildProcess, figures: Figure[], notes: string[]): Promise<void> {
  const lines = async (stream: NodeJS.ReadableStream | null, take: (line: string) => void): Promise<void> => {
    if (stream !== null) for await (const line of createInterface({ input: stream })) take(line);
  };
  await Promise.all([
    lines(child.stdout, (line) => {
      const figure = parseFigure(line);
      if (figure === undefined) notes.push(line);
      else figures.push(figure);
    }),
    lines(child.stderr, (line) => notes.push(line)),
  ]);
}

/** Resolves to why it did not end well; whatever is left of its group is gone then. */
async function endOf(child: ChildProcess): Promise<string | undefined> {
  const killGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of the group is left.
    }
  };
  const interrupt = (): void => {
    killGroup();
    process.exit(130);
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    killGroup();
  }, LIMIT_MS);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (isLate) return `it took longer than ${LIMIT_MS / 1000} s`;
    return code === 0 ? undefined : `it ended with ${signal ?? String(code)}`;
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    killGroup();
  }
}
