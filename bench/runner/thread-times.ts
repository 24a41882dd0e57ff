import { readdirSync, readFileSync } from 'node:fs';

/** Nanoseconds on a CPU of every thread of this process, by thread; empty where there is no `/proc`. */
export function threadTimes(): ReadonlyMap<string, number> {
  try {
    return new Map(readdirSync('/proc/self/task').map((thread) => [thread, Number(readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ')[0])]));
  } catch {
    return new Map();
  }
}

/** Milliseconds that the busiest thread has computed since: what work takes when every thread has a core to itself. */
export function busiestThreadMs(since: ReadonlyMap<string, number>): number {
  const busy = Array.from(threadTimes(), ([thread, nanoseconds]) => nanoseconds - (since.get(thread) ?? 0));
  return Math.max(0, ...busy) / 1e6;
}
