import { testSource } from '@servable/plugin-testing';
import { describe, it } from 'vitest';
import http from '../src/index.ts';
import { HttpSite } from './http-site.ts';

let site: HttpSite | undefined;

testSource({
  describe,
  it,
  createStore: async () => (site = await HttpSite.create()),
  createPlugin: () => http({ pollIntervalMs: 20, cacheDirectory: site?.directory ?? '' }),
});
