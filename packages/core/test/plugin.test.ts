import { expect, it } from 'vitest';
import { assertPluginApi, defineLoader, definePlugin, defineSource, type Plugin, PLUGIN_API_VERSION, pluginName } from '../src/index.ts';

const loader = defineLoader({
  platform: 'fake',
  create: () => {
    throw new Error('not made here');
  },
});
const source = defineSource({
  name: 'source-fake',
  schemes: ['fake'],
  create: () => {
    throw new Error('not made here');
  },
});
const hooks = definePlugin({ name: 'acme', apply() {} });

it.each<readonly [Plugin, Plugin['kind'], string]>([
  [loader, 'loader', 'fake'],
  [source, 'source', 'source-fake'],
  [hooks, 'hooks', 'acme'],
])('completes a definition: %o', (plugin, kind, name) => {
  expect(plugin).toMatchObject({ kind, apiVersion: PLUGIN_API_VERSION });
  expect(pluginName(plugin)).toBe(name);
  expect(() => assertPluginApi(plugin)).not.toThrow();
});

it.each([PLUGIN_API_VERSION + 1, 0, undefined])('refuses a plugin of API %s by name, with both versions', (apiVersion) => {
  const plugin = { ...hooks, apiVersion } as Plugin;
  expect(() => assertPluginApi(plugin)).toThrow(
    expect.objectContaining({ code: 'SRV_PLUGIN_API_MISMATCH', args: ['acme', String(apiVersion), String(PLUGIN_API_VERSION)] }),
  );
});
