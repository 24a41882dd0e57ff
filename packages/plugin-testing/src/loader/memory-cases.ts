import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LoaderPlugin, Servable } from '@servable/core';
import { check, type ConformanceCase } from '../conformance-case.ts';
import { type LoaderSession, neverAborted, runRequest } from './session.ts';

/** Copies of the version that are loaded at once: what they take stands out from what the process does besides. */
const COPIES = 4;
/** What the process may grow by for reasons of its own: code compiled, a heap that got room. */
const SLACK_BYTES = 64 * 2 ** 20;
const MEGABYTE = 2 ** 20;

/** What loaded versions take, against what they said they would. */
export function memoryCases<Platform extends string>(session: LoaderSession<Platform>): ConformanceCase[] {
  if (session.options.measuresMemory === false) return [];
  return [{ title: 'the estimate covers what a loaded version takes', run: () => session.withPlugin((plugin) => estimateCovers(session, plugin)) }];
}

async function estimateCovers<P extends string>(session: LoaderSession<P>, plugin: LoaderPlugin<P>): Promise<void> {
  // What the plugin shares between its loaders, and the code, come with the first one.
  await session.withLoaded(plugin, (servable) => runAll(session, servable));
  const before = residentBytes();
  const loaders = Array.from({ length: COPIES }, () => session.createLoader(plugin));
  const servables: Servable[] = [];
  try {
    let estimated = 0;
    for (const loader of loaders) {
      estimated += (await loader.estimate(neverAborted())).ramBytes;
      servables.push(await loader.load(neverAborted()));
    }
    for (const servable of servables) await runAll(session, servable);
    const taken = residentBytes() - before;
    // Asked once more, so that none of them is collected before it is counted.
    for (const servable of servables) await runAll(session, servable);
    const inMegabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MiB`;
    const facts = `${COPIES} loaded copies take ${inMegabytes(taken)}, their estimates add up to ${inMegabytes(estimated)}`;
    check(taken <= estimated + SLACK_BYTES, `estimate() must be an upper bound: ${facts}, and ${inMegabytes(SLACK_BYTES)} are let pass`);
  } finally {
    for (const loader of loaders) await loader.unload();
  }
}

async function runAll<P extends string>(session: LoaderSession<P>, servable: Servable): Promise<void> {
  for (const request of session.options.requests) await runRequest(servable, request);
}

/** After a collection: what is only waiting for one belongs to nobody. */
function residentBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage.rss();
}
