import { testSource } from '@servable/plugin-testing';
import { describe, it } from 'vitest';
import { defineRemoteSource, type RemoteOptions } from '../src/index.ts';
import { MemorySourceStore } from './memory-store.ts';

function conformance(options: RemoteOptions): void {
  let store: MemorySourceStore | undefined;
  testSource({
    describe,
    it,
    createStore: async () => (store = await MemorySourceStore.create()),
    createPlugin: () => {
      const { bucket, directory } = store ?? {};
      return defineRemoteSource({
        name: 'memory',
        schemes: ['memory'],
        options: { pollIntervalMs: 20, cacheDirectory: directory ?? '', ...options },
        createStore: () => bucket?.store() ?? { list: async function* () {}, read: async function* () {} },
      });
    },
  });
}

describe('without settling', () => conformance({ settleMs: 0 }));
describe('with settling', () => conformance({ settleMs: 50 }));
