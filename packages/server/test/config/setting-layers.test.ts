import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { environmentLayer, fileLayer, flagLayer, resolveSettings } from '../../src/config/setting-layers.ts';
import { environmentNameOf, flagOf, SETTING_PATHS, SETTINGS, type SettingPath } from '../../src/config/settings.ts';

it.each([
  ['host', 'host', 'SERVABLE_HOST'],
  ['rest.port', 'rest-port', 'SERVABLE_REST_PORT'],
  ['rest.maxBodyBytes', 'rest-max-body-bytes', 'SERVABLE_REST_MAX_BODY_BYTES'],
  ['manager.loadRetryIntervalMs', 'manager-load-retry-interval-ms', 'SERVABLE_MANAGER_LOAD_RETRY_INTERVAL_MS'],
  ['log.level', 'log-level', 'SERVABLE_LOG_LEVEL'],
] as const)('%s is --%s and %s', (path, flag, variable) => {
  expect(flagOf(path)).toBe(flag);
  expect(environmentNameOf(path)).toBe(variable);
});

it('has no two settings with one flag or one variable', () => {
  expect(new Set(SETTING_PATHS.map(flagOf)).size).toBe(SETTING_PATHS.length);
  expect(new Set(SETTING_PATHS.map(environmentNameOf)).size).toBe(SETTING_PATHS.length);
});

/** A value a layer can say, as text and as what the text means. */
function valueOf(path: SettingPath, layer: number): { readonly text: string; readonly value: unknown } {
  switch (SETTINGS[path].kind) {
    case 'integer':
      return { text: String(100 + layer), value: 100 + layer };
    case 'boolean':
      return layer % 2 === 0 ? { text: 'true', value: true } : { text: '0', value: false };
    default:
      return { text: `text-${layer}`, value: `text-${layer}` };
  }
}

const nest = (path: SettingPath, value: unknown): unknown =>
  path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);

it('takes every setting from the flag, else the environment, else the file, else the default', () => {
  const subset = fc.record({ path: fc.constantFrom(...SETTING_PATHS), isFlag: fc.boolean(), isEnvironment: fc.boolean(), isFile: fc.boolean() });
  fc.assert(
    fc.property(subset, ({ path, isFlag, isEnvironment, isFile }) => {
      const settings = resolveSettings({
        flag: flagLayer(isFlag ? { [flagOf(path)]: valueOf(path, 0).text } : {}),
        environment: environmentLayer(isEnvironment ? { [environmentNameOf(path)]: valueOf(path, 1).text } : {}),
        file: fileLayer(isFile ? nest(path, valueOf(path, 2).value) : {}, 'serving.config.json'),
        default: new Map(),
      });
      const winner = isFlag ? 0 : isEnvironment ? 1 : isFile ? 2 : 3;
      expect(settings.map((setting) => setting.path)).toEqual(SETTING_PATHS);
      expect(settings.find((setting) => setting.path === path)).toEqual({
        path,
        layer: ['flag', 'environment', 'file', 'default'][winner],
        value: winner === 3 ? SETTINGS[path].defaultValue : valueOf(path, winner).value,
        from: [`--${flagOf(path)}`, environmentNameOf(path), 'serving.config.json', 'default'][winner],
      });
      const others = settings.filter((setting) => setting.path !== path);
      expect(others.every((setting) => setting.layer === 'default')).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('takes an empty variable and a service link of Kubernetes for no value', () => {
  expect(environmentLayer({ SERVABLE_REST_PORT: '', SERVABLE_GRPC_PORT: 'tcp://10.0.0.1:8500' }).size).toBe(0);
});

it.each([
  ['true', true],
  ['TRUE', true],
  [' 1 ', true],
  ['false', false],
  ['0', false],
  ['yes', 'yes'],
  ['constructor', 'constructor'],
])('reads %j as %j where a boolean is due', (text, value) => {
  expect(environmentLayer({ SERVABLE_WARMUP: text }).get('warmup')?.value).toBe(value);
});

it.each([
  ['8501', 8501],
  [' 8501 ', 8501],
  ['-1', -1],
  ['8501x', '8501x'],
  ['1e3', '1e3'],
  ['0x10', '0x10'],
  ['', ''],
])('reads --rest-port=%s as %j', (text, value) => {
  expect(flagLayer({ 'rest-port': text }).get('rest.port')?.value).toBe(value);
});
