import { createHooks, defineLoader, parseModelName, parseVersion, type Servable, servableError, silentLogger } from '@servable/core';
import { fakeLoader, fakeServable } from '@servable/plugin-testing';
import { expect, it } from 'vitest';
import { createLoaderHost, type LoaderHostOptions } from '../src/loader-host.ts';
import { createLoaderResolver } from '../src/loader-resolver.ts';

const id = { name: parseModelName('pipeline'), version: parseVersion(7) };
const signal = new AbortController().signal;

function hostWith(options: Partial<LoaderHostOptions> & Pick<LoaderHostOptions, 'resolver'>) {
  const acquire = ({ name }: { readonly name: string }): never => {
    throw servableError('SRV_MODEL_NOT_FOUND', [name]);
  };
  return createLoaderHost({ id, logger: silentLogger, acquire, ...options });
}

it('loads a part through the loader that its platform names, and wraps it under a name of its own', async () => {
  const plugin = fakeLoader();
  const hooks = createHooks();
  const wrapped: { id: string; path: string | undefined }[] = [];
  const wrapper: Servable = fakeServable();
  hooks.wrapServable.tapPromise('test', async (_servable, context) => {
    wrapped.push({ id: `${context.id.name}/${context.id.version}`, path: context.artifact?.path });
    return wrapper;
  });
  const host = hostWith({ resolver: createLoaderResolver([plugin]), hooks });
  const part = host.createPart({ name: 'encoder', artifact: { path: '/models/encoder' }, platform: plugin.platform });
  await part.estimate(signal);
  expect((await plugin.loaderAt(0)).calls('estimate')).toBe(1);
  expect(await part.load(signal)).toBe(wrapper);
  expect(wrapped).toEqual([{ id: 'pipeline/encoder/7', path: '/models/encoder' }]);
  await part.unload();
  expect((await plugin.loaderAt(0)).calls('unload')).toBe(1);
});

it('finds the loader of a part by its files, and says so when none claims them', async () => {
  const claims = defineLoader({ platform: 'other', detect: async (path) => path === '/mine', create: () => { throw new Error('made'); } });
  const host = hostWith({ resolver: createLoaderResolver([claims]) });
  await expect(host.createPart({ name: 'a', artifact: { path: '/mine' } }).estimate(signal)).rejects.toThrow('made');
  const stranger = host.createPart({ name: 'b', artifact: { path: '/not-mine' } });
  await expect(stranger.estimate(signal)).rejects.toMatchObject({ code: 'SRV_PLATFORM_UNDETECTED' });
});

it('passes on which model is asked for', () => {
  const host = hostWith({ resolver: createLoaderResolver([]) });
  expect(() => host.acquire({ kind: 'latest', name: parseModelName('users') })).toThrow("'users'");
});
