import { defineLoader, defineSource } from '@servable/core';
import { expect, it } from 'vitest';
import { defineConfig } from '../../src/config/define-config.ts';
import { createConfigValidator } from '../../src/config/schema.ts';
import { SETTING_PATHS, SETTINGS, type SettingPath } from '../../src/config/settings.ts';
import type { UserConfig } from '../../src/config/user-config.ts';

interface TypedOptions {
  readonly threads?: number;
}

declare module '@servable/core' {
  interface LoaderOptionsByPlatform {
    'typed-for-test': TypedOptions;
  }
}

const typed = defineLoader({
  platform: 'typed-for-test',
  create: () => {
    throw new Error('never made');
  },
});
const source = defineSource({
  name: 'test',
  schemes: ['file'],
  create: () => {
    throw new Error('never made');
  },
});

it('gives the config back as it is', () => {
  const config: UserConfig = { models: [] };
  expect(defineConfig(config as UserConfig & { models: [] })).toBe(config);
});

it('types the options of a model by its platform', () => {
  const config = defineConfig({
    plugins: [typed, source, '@acme/loader', ['@acme/loader', { any: 1 }]],
    models: [
      { name: 'a', path: 'a', platform: 'typed-for-test', options: { threads: 2 } },
      { name: 'b', path: 'b', platform: 'typed-for-test' },
      // @ts-expect-error: the platform's options have no such name
      { name: 'c', path: 'c', platform: 'typed-for-test', options: { thread: 2 } },
      // @ts-expect-error: the platform's options say a number
      { name: 'd', path: 'd', platform: 'typed-for-test', options: { threads: 'two' } },
      { name: 'e', path: 'e', platform: 'not-known-to-types', options: { anything: true } },
      { name: 'f', path: 'f', options: { anything: true } },
      { name: 'g', path: 'g', versions: { latest: 2 }, labels: { stable: 3, canary: '4', next: 5n } },
      { name: 'h', path: 'h', versions: { specific: [3, '4', 5n] } },
      // @ts-expect-error: a model has a path
      { name: 'i' },
      // @ts-expect-error: versions are 'latest', 'all' or an object
      { name: 'j', path: 'j', versions: 'newest' },
    ],
  });
  expect(config.models).toHaveLength(10);
});

it('types settings', () => {
  // @ts-expect-error: there is no such setting
  defineConfig({ rest: { prot: 1 } });
  // @ts-expect-error: a level is one of five
  defineConfig({ log: { level: 'loud' } });
  expect(defineConfig({ rest: { port: 1 } })).toEqual({ rest: { port: 1 } });
});

/** Every setting with a value that both the type and the schema must take: a setting in one of them only is found here. */
const EVERYTHING: UserConfig = {
  host: 'localhost',
  rest: { enabled: true, host: 'localhost', port: 1, cors: true, timeoutMs: 1, maxBodyBytes: 1, maxJsonDepth: 1, tlsCertFile: 'a', tlsKeyFile: 'a', tlsClientCaFile: 'a' },
  grpc: { enabled: true, host: 'localhost', port: 1, maxMessageBytes: 1, tensorContent: true, tcp: true, socketPath: 'a', channelArguments: 'a=1', tlsCertFile: 'a', tlsKeyFile: 'a', tlsClientCaFile: 'a' },
  compat: 'strict',
  validation: 'strict',
  checkMethodName: true,
  warmup: false,
  warmupIterations: 2,
  batching: {
    enabled: true,
    maxBatchSize: 1,
    batchTimeoutMicros: 1,
    maxEnqueuedBatches: 1,
    padVariableLengthInputs: true,
    enableLargeBatchSplitting: true,
    leaveWhenIdle: true,
    fromVersionFiles: true,
  },
  pollIntervalMs: 1,
  reload: { pollIntervalMs: 1 },
  allowLabelsForUnavailableVersions: true,
  manager: {
    policy: 'resource-preserving',
    ramLimitBytes: 1,
    maxConcurrentLoads: 1,
    maxConcurrentInitialLoads: 1,
    maxConcurrentUnloads: 1,
    maxLoadRetries: 1,
    loadRetryIntervalMs: 1,
  },
  metrics: { enabled: false, tensorflowPath: '/m' },
  log: { level: 'debug', format: 'json' },
  drain: { timeoutMs: 1, delayMs: 1 },
};

it('has every setting of the table, and the table every setting', () => {
  const paths = Object.entries(EVERYTHING).flatMap(([name, value]) =>
    typeof value === 'object' ? Object.keys(value as object).map((leaf) => `${name}.${leaf}`) : [name],
  );
  expect(paths.toSorted()).toEqual(SETTING_PATHS.toSorted());
  expect(createConfigValidator()(EVERYTHING)).toEqual([]);
});

it.each(SETTING_PATHS)('%s has a default that its own schema takes', (path: SettingPath) => {
  const value = SETTINGS[path].defaultValue;
  const config = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  expect(createConfigValidator()(config)).toEqual([]);
});

interface MutableOptions {
  sizes?: number[];
}

declare module '@servable/core' {
  interface LoaderOptionsByPlatform {
    'mutable-for-test': MutableOptions;
  }
}

it('takes options that hold lists of their own', () => {
  const config = defineConfig({ models: [{ name: 'a', path: 'a', platform: 'mutable-for-test', options: { sizes: [1, 2] } }] });
  expect(config.models?.[0]?.options).toEqual({ sizes: [1, 2] });
});
