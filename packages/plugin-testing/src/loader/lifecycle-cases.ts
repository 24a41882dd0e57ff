import { type Loader, messageOf, type NamedTensors } from '@servable/core';
import { countResources, describeGrowth } from '../active-resources.ts';
import { check, checkNone, type ConformanceCase, rejectionOf, show } from '../conformance-case.ts';
import { areIdentical, differenceOf } from '../tensor-agreement.ts';
import { type LoaderSession, neverAborted, runRequest } from './session.ts';

/** Moments after the start of a load at which it is aborted, in turns of the event loop. */
const ABORT_AFTER_TURNS = [1, 2, 5, 20, 100];

/** Plugins that are made, used and closed in the search for what `close` forgets. */
const CLOSED_PLUGINS = 8;

/** Estimate, load, unload: their order, their aborts, and what they leave behind. */
export function lifecycleCases<Platform extends string>(session: LoaderSession<Platform>): ConformanceCase[] {
  return [
    { title: 'create opens nothing', run: () => createOpensNothing(session) },
    { title: 'estimate gives an amount of memory and opens nothing for good', run: () => estimateIsCheap(session) },
    { title: 'a load whose signal is aborted already rejects with its reason', run: () => loadAbortedBefore(session) },
    { title: 'a load aborted under way rejects with the reason of its signal', run: () => loadAbortedDuring(session) },
    { title: 'a load aborted at any moment can be unloaded', run: () => loadAbortedAnywhere(session) },
    { title: 'a run after unload rejects', run: () => runAfterUnload(session) },
    { title: 'a version that is loaded again answers as before', run: () => reloadAgrees(session) },
    { title: 'two loaded versions do not share their end', run: () => versionsAreIndependent(session) },
    { title: `${session.rounds} loads and unloads leave nothing open`, run: () => roundsLeakNothing(session) },
    { title: 'close leaves nothing of the plugin open', run: () => closeLeaksNothing(session) },
  ];
}

function createOpensNothing<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin(async (plugin) => {
    const before = await countResources();
    try {
      for (let index = 0; index < session.rounds; index += 1) {
        session.createLoader(plugin);
        session.createLoader(plugin, { path: `${session.options.artifact.path}-missing` });
      }
    } catch (error) {
      throw new Error(`create() threw ${show(error)}: it may not look at files, so it cannot know what is wrong with them`, { cause: error });
    }
    const grown = await describeGrowth(before, leakThreshold(session), 0);
    checkNone(grown, (found) => `create() of ${session.rounds * 2} loaders opened something: ${found}`);
  });
}

function estimateIsCheap<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin(async (plugin) => {
    const before = await countResources();
    for (let index = 0; index < session.rounds; index += 1) {
      const estimate = await session.createLoader(plugin).estimate(neverAborted());
      check(isByteCount(estimate.ramBytes), `estimate().ramBytes must be a whole number >= 0, got ${estimate.ramBytes}`);
      for (const [device, bytes] of Object.entries(estimate.deviceBytes ?? {})) {
        check(isByteCount(bytes), `estimate().deviceBytes['${device}'] must be a whole number >= 0, got ${bytes}`);
      }
    }
    const grown = await describeGrowth(before, leakThreshold(session), session.closeGraceMs);
    checkNone(grown, (found) => `${session.rounds} estimates left something open: ${found}`);
  });
}

function isByteCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

function loadAbortedBefore<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin(async (plugin) => {
    const reason = new Error('aborted before the load');
    const loader = session.createLoader(plugin);
    await expectAborted(() => loader.load(AbortSignal.abort(reason)), reason);
    await expectUnloads(loader);
  });
}

function loadAbortedDuring<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin(async (plugin) => {
    const reason = new Error('aborted during the load');
    const controller = new AbortController();
    const loader = session.createLoader(plugin);
    const loading = loader.load(controller.signal);
    controller.abort(reason);
    await expectAborted(() => loading, reason);
    await expectUnloads(loader);
  });
}

function loadAbortedAnywhere<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin(async (plugin) => {
    for (const turns of ABORT_AFTER_TURNS) {
      const controller = new AbortController();
      const reason = new Error(`aborted after ${turns} turns`);
      const loader = session.createLoader(plugin);
      const ended = loader.load(controller.signal).then(() => undefined, (error: unknown) => error);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      controller.abort(reason);
      const error = await ended;
      check(error === undefined || error === reason, `a load aborted under way must end well or with its reason, got ${show(error)}`);
      await expectUnloads(loader);
    }
  });
}

async function expectAborted(action: () => unknown, reason: Error): Promise<void> {
  const error = await rejectionOf(action, 'an aborted load must reject');
  check(error === reason, `an aborted load must reject with signal.reason itself, got ${show(error)}`);
}

async function expectUnloads(loader: Loader): Promise<void> {
  try {
    await loader.unload();
  } catch (error) {
    throw new Error(`unload() must work after a load that did not end well, got ${show(error)}`, { cause: error });
  }
}

function runAfterUnload<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin(async (plugin) => {
    const loader = session.createLoader(plugin);
    const servable = await loader.load(neverAborted());
    await loader.unload();
    for (const request of session.options.requests) {
      await rejectionOf(() => runRequest(servable, request), 'a run after unload must reject');
    }
  });
}

function reloadAgrees<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin(async (plugin) => {
    const answers = async (): Promise<NamedTensors[]> => {
      const all: NamedTensors[] = [];
      await session.withLoaded(plugin, async (servable) => {
        for (const request of session.options.requests) all.push(await runRequest(servable, request));
      });
      return all;
    };
    const first = await answers();
    for (const [index, answer] of (await answers()).entries()) {
      const difference = differenceOf(answer, first[index] ?? new Map(), session.tolerance);
      checkNone(difference, (found) => `after an unload and another load, output ${found}`);
    }
  });
}

function versionsAreIndependent<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin((plugin) =>
    session.withLoaded(plugin, async (servable) => {
      const [request] = session.options.requests;
      check(request !== undefined, 'the suite needs at least one sample request');
      const before = await runRequest(servable, request);
      await session.withLoaded(plugin, async () => {});
      const after = await runRequest(servable, request).catch((error: unknown) => {
        throw new Error(`after another loader's unload a run failed: ${messageOf(error)}`, { cause: error });
      });
      check(areIdentical(before, after), 'another loader that was unloaded changed the answers of this one');
    }),
  );
}

function roundsLeakNothing<P extends string>(session: LoaderSession<P>): Promise<void> {
  return session.withPlugin(async (plugin) => {
    const round = () => session.withLoaded(plugin, (servable) => runAll(session, servable));
    // What the plugin shares between its loaders may be opened by the first round and stay.
    await round();
    const before = await countResources();
    for (let index = 0; index < session.rounds; index += 1) await round();
    const grown = await describeGrowth(before, leakThreshold(session), session.closeGraceMs);
    checkNone(grown, (found) => `${session.rounds} loads and unloads left something open: ${found}`);
  });
}

async function closeLeaksNothing<P extends string>(session: LoaderSession<P>): Promise<void> {
  const round = () => session.withServable((servable) => runAll(session, servable));
  await round();
  const before = await countResources();
  for (let index = 0; index < CLOSED_PLUGINS; index += 1) await round();
  // Every plugin was closed, so one that leaks adds one or more each time; the test runner's own timers come and go.
  const grown = await describeGrowth(before, CLOSED_PLUGINS - 2, session.closeGraceMs);
  checkNone(grown, (found) => `${CLOSED_PLUGINS} closed plugins left something open: ${found}`);
}

async function runAll<P extends string>(session: LoaderSession<P>, servable: Parameters<typeof runRequest>[0]): Promise<void> {
  for (const request of session.options.requests) await runRequest(servable, request);
}

/** What grows with the rounds is a leak; a pool that fills up, or the test runner's own doing, is not. */
function leakThreshold<P extends string>(session: LoaderSession<P>): number {
  return Math.max(2, Math.ceil(session.rounds * 0.8));
}
