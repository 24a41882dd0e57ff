import { testSource } from '@servable/plugin-testing';
import { describe, it } from 'vitest';
import gcs from '../src/index.ts';
import { GcsBucket } from './gcs-bucket.ts';

let bucket: GcsBucket | undefined;

testSource({
  describe,
  it,
  createStore: async () => (bucket = await GcsBucket.create()),
  createPlugin: () => gcs({ pollIntervalMs: 30, settleMs: 0, cacheDirectory: bucket?.directory ?? '', apiEndpoint: bucket?.fake.endpoint ?? '' }),
});
