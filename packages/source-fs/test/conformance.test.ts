import { mkdir, writeFile } from 'node:fs/promises';
import { type SourceStore, testSource } from '@servable/plugin-testing';
import { describe, it } from 'vitest';
import fs from '../src/index.ts';
import { FsStore } from './fs-store.ts';

/** A version begins as an empty directory. */
async function settlingStore(): Promise<SourceStore> {
  const store = await FsStore.create();
  const begin: SourceStore['begin'] = async (model, version) => {
    await mkdir(store.at(model, version));
    return () => writeFile(store.at(model, version, 'model.bin'), 'weights');
  };
  return Object.assign(store, { begin });
}

describe('with file-system events', () => {
  testSource({ describe, it, createPlugin: () => fs({ settleMs: 100 }), createStore: settlingStore });
});

describe('with polling', () => {
  testSource({ describe, it, createPlugin: () => fs({ events: false, pollIntervalMs: 20, settleMs: 100 }), createStore: settlingStore });
});

describe('with events and no settling', () => {
  testSource({ describe, it, createPlugin: () => fs({ settleMs: 0 }), createStore: () => FsStore.create() });
});
