import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type * as ThreadModule from '../../packages/loader-savedmodel/src/compile/thread/compile-thread.ts';

/** What compiling a model took. */
export interface Compiling {
  /** With the start of the thread, and until the files are written. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Resident memory at most, beyond what the process and a thread that has compiled a small model have, for each byte of the model's files. */
  readonly peakByModel: number;
  readonly longestDelayMs: number;
}

/** As users have it: sources would be stripped of their types first. */
const BUILT = new URL('../../packages/loader-savedmodel/dist/compile/thread/compile-thread.js', import.meta.url);
const SMALL = join(import.meta.dirname, '../../fixtures/keras_mlp/1');

/** Compiles a model in this process: from the start for the time, or with the compiler loaded for the memory. */
export async function measureCompiling(what: 'time' | 'memory', directory: string, cache: string): Promise<Partial<Compiling>> {
  const { CompileThread } = (await import(BUILT.href)) as typeof ThreadModule;
  const thread = new CompileThread();
  const measured = what === 'time' ? await timeOf(thread, { directory, cache }) : { peakByModel: await peakOf(thread, { directory, cache }) };
  await thread.close();
  return measured;
}

interface Compiled {
  readonly directory: string;
  readonly cache: string;
}

async function timeOf(thread: ThreadModule.CompileThread, { directory, cache }: Compiled): Promise<Omit<Compiling, 'peakByModel'>> {
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  await compile(thread, directory, cache);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  lag.disable();
  return { seconds, cpuSeconds: (user + system) / 1e6, longestDelayMs: lag.max / 1e6 };
}

async function peakOf(thread: ThreadModule.CompileThread, { directory, cache }: Compiled): Promise<number> {
  await compile(thread, SMALL, join(cache, 'small'));
  const before = statusBytes('VmRSS');
  writeFileSync('/proc/self/clear_refs', '5'); // VmHWM begins anew.
  await compile(thread, directory, join(cache, 'model'));
  return (statusBytes('VmHWM') - before) / bytesOf(directory);
}

function compile(thread: ThreadModule.CompileThread, directory: string, cache: string): Promise<unknown> {
  const job = { kind: 'compile', directory, tags: undefined, signatures: ['serving_default'], shapes: undefined, cache: { directory: cache }, engineVersion: '', isAgain: false } as const;
  return thread.run<'compile'>(job, new AbortController().signal);
}

function statusBytes(key: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}

function bytesOf(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).reduce((sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0), 0);
}
