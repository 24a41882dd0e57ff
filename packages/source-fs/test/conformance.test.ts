import { testSource } from '@servable/plugin-testing';
import { describe, it } from 'vitest';
import fs from '../src/index.ts';
import { FsStore } from './fs-store.ts';

describe('with file-system events', () => {
  testSource({ describe, it, createPlugin: () => fs(), createStore: () => FsStore.create() });
});

describe('with polling', () => {
  testSource({ describe, it, createPlugin: () => fs({ events: false, pollIntervalMs: 20 }), createStore: () => FsStore.create() });
});

describe('with events and no settling', () => {
  testSource({ describe, it, createPlugin: () => fs({ settleMs: 0 }), createStore: () => FsStore.create() });
});
