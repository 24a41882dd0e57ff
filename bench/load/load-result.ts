import { quantile } from '../runner/rounds.ts';
import type { ServerProcess } from '../runner/server-process.ts';

/** What a server did under load for a while. */
export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of all the server's threads; NaN where the system does not say. */
  readonly cpuMicrosPerRequest: number;
  /** The part of the time that the server computed: well below 1, the load or the machine was the limit. */
  readonly busyCores: number;
}

/** Answers as they come. */
export class Answers {
  readonly latenciesMs: number[] = [];
  lastMs = Number.NaN;

  add(latencyMs: number): void {
    this.latenciesMs.push(latencyMs);
    this.lastMs = performance.now();
  }
}

/** Runs a load that waits for every answer it asked for, and looks at what that cost the server. */
export async function underLoad(server: ServerProcess, load: (answers: Answers) => Promise<void>): Promise<LoadResult> {
  const answers = new Answers();
  const cpuBefore = server.cpuMs();
  const startMs = performance.now();
  await load(answers);
  const { latenciesMs } = answers;
  const tookMs = answers.lastMs - startMs;
  const cpuMs = server.cpuMs() - cpuBefore;
  return {
    perSecond: (latenciesMs.length / tookMs) * 1000,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    cpuMicrosPerRequest: (cpuMs * 1000) / latenciesMs.length,
    busyCores: cpuMs / tookMs,
  };
}
