import { messageOf } from '@servable/core';
import { describe, expect, it } from 'vitest';
import { sourceConformance, type SourceConformanceOptions, testSource } from '../../src/index.ts';
import { type Fault, MemoryStore, memorySource } from './memory-source.ts';

/** A source is made after its store, so the newest store is the one it watches. */
function optionsWith(fault?: Fault): SourceConformanceOptions {
  let store = new MemoryStore();
  return {
    createPlugin: () => memorySource(() => store, fault),
    createStore: async () => (store = new MemoryStore()),
    timeoutMs: fault === undefined ? 5000 : 60,
  };
}

testSource({ describe, it, ...optionsWith() });

async function failuresOf(fault: Fault): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  for (const { title, run } of sourceConformance(optionsWith(fault))) {
    await run().catch((error: unknown) => failures.set(title, messageOf(error)));
  }
  return failures;
}

/** The case that is about the fault, its message, and the other cases that build on the same behaviour. */
const FAULTS: readonly (readonly [fault: Fault, title: string, message: RegExp, others: readonly string[]])[] = [
  ['relative path', 'states where a version is, as a path on this machine', /must be absolute, got \./, []],
  ['path of nothing', 'states where a version is, as a path on this machine', /nothing is at/, []],
  ['takes latest as all', 'states the latest of the versions', /versions \[11\]/, ['states the latest two of the versions', 'a changed selector takes effect']],
  ['takes the lowest as latest', 'states the latest of the versions', /versions \[11\]/, ['states the latest two of the versions', 'a changed selector takes effect']],
  ['ignores specific', 'states specific ones of the versions', /versions \[10,3\]/, ['states no value for a specific version that is missing', 'a changed selector takes effect']],
  ['makes up missing versions', 'states no value for a specific version that is missing', /version 9 does not exist/, []],
  ['states only what is new', 'states the whole set when a version is added', /versions \[1,2\] of 'm' did not come/, ['states the whole set when a version is taken away', 'states the same set while nothing changes', 'keeps the models of a list apart', 'states an empty set once for a model that left the list', 'a changed path takes effect', 'a missing base disturbs no other model', 'states and reports nothing after close', 'settle, where there is one, resolves when all that is complete was stated', 'settle tells a version that is not complete, and does not state it']],
  ['never unstates', 'states the whole set when a version is taken away', /versions \[2\] of 'm' did not come/, ['states the empty set when the last version is taken away', 'a changed selector takes effect', 'keeps the models of a list apart', 'looks at a model that joins the list', 'states an empty set once for a model that left the list', 'a changed path takes effect', 'leaves what serves alone when the base disappears', 'states and reports nothing after close', 'settle, where there is one, resolves when all that is complete was stated']],
  ['alternates between looks', 'states the same set while nothing changes', /nothing changed, but \[1\] was stated/, []],
  ['says nothing without versions', 'states an empty set for a base without versions', /before a set of the model was stated/, ['states the empty set when the last version is taken away', 'refresh resolves once every model was looked at']],
  ['reports no versions as a fault', 'states an empty set for a base without versions', /no fault/, []],
  ['ignores a changed selector', 'a changed selector takes effect', /versions \[1\]/, []],
  ['ignores a changed path', 'a changed path takes effect', /versions \[8\]/, []],
  ['mixes models up', 'keeps the models of a list apart', /versions \[1\] of 'a' did not come/, ['looks at a model that joins the list', 'states an empty set once for a model that left the list', 'a changed path takes effect', 'states and reports nothing after close', 'settle, where there is one, resolves when all that is complete was stated']],
  ['ignores joining models', 'looks at a model that joins the list', /versions \[2\] of 'b' did not come/, []],
  ['forgets models that leave', 'states an empty set once for a model that left the list', /versions \[\] of 'b' did not come/, []],
  ['reports at every look', 'reports a missing base once, and states nothing', /it was \d+ times/, []],
  ['states a missing base as empty', 'leaves what serves alone when the base disappears', /would be unloaded/, ['reports a missing base once, and states nothing']],
  ['looks at a missing base once', 'finds a base that appears later, without a restart', /versions \[1\] of 'm' did not come/, ['leaves what serves alone when the base disappears']],
  ['reports a lost base once in a life', 'leaves what serves alone when the base disappears', /a second report/, []],
  ['stops at the first fault', 'a missing base disturbs no other model', /versions \[1\] of 'there' did not come/, ['reports a path that makes no sense, and does not throw']],
  ['throws for a senseless path', 'reports a path that makes no sense, and does not throw', /senseless/, []],
  ['refresh resolves early', 'refresh resolves once every model was looked at', /before sets of a, b, c were stated/, ['states an empty set for a base without versions']],
  ['refresh ignores its signal', 'refresh rejects with the reason of its signal', /must reject, but it succeeded/, []],
  ['refresh makes up its own reason', 'refresh rejects with the reason of its signal', /signal.reason itself, got Error: aborted/, []],
  ['settle resolves early', 'settle, where there is one, resolves when all that is complete was stated', /when nothing and nothing were stated/, ['settle tells a version that is not complete, and does not state it']],
  ['settle tells nothing', 'settle tells a version that is not complete, and does not state it', /settle\(\) resolved with \[\]/, []],
  ['settle tells what is complete', 'settle, where there is one, resolves when all that is complete was stated', /resolved with a\/1, a\/2, b\/3/, ['settle tells a version that is not complete, and does not state it']],
  ['settle states what is not complete', 'settle tells a version that is not complete, and does not state it', /\[2,1\] was stated/, []],
  ['settle ignores its signal', 'settle rejects with the reason of its signal', /must reject, but it succeeded/, []],
  ['states after close', 'states and reports nothing after close', /was called \d+ times after close/, []],
  ['closing twice throws', 'closing twice is closing once', /closed already/, ['states and reports nothing after close', 'close during a look resolves']],
  ['leaks a timer', 'close leaves nothing of the source open', /Timeout: \d+ before, \d+ after/, []],
];

describe('a wrong source', () => {
  it.each(FAULTS)('that %s fails the cases about it', async (fault, title, message, others) => {
    const failures = await failuresOf(fault);
    expect(failures.get(title)).toMatch(message);
    expect([...failures.keys()].toSorted()).toEqual([title, ...others].toSorted());
  });
});
