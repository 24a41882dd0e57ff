import { expect, it } from 'vitest';
import {
  createManager,
  defineLoader,
  defineSource,
  type Loader,
  type LoaderContext,
  parseModelName,
  parseVersion,
  serveModels,
  type Servable,
  servableError,
  type SourceContext,
} from '../../src/index.ts';

const servable: Servable = { signatures: new Map(), executor: { id: 'test', maxConcurrentRuns: 1 }, run: () => new Map() };
const digits = parseModelName('digits');

/** A source that says what the test wants when it is asked. */
function fixtures(look: (context: SourceContext) => void) {
  const log: string[] = [];
  const contexts: LoaderContext[] = [];
  const source = defineSource({
    name: 'test',
    schemes: ['file'],
    create: (context) => ({
      monitor: (models) => void log.push(`monitor ${models.map(({ name, path, selector }) => `${name} ${path} ${selector.kind}`).join(', ')}`),
      refresh: async () => look(context),
      close: async () => void log.push('source closed'),
    }),
  });
  const loader = defineLoader({
    platform: 'test',
    create: ({ path }, _options, context): Loader => {
      contexts.push(context);
      return {
        estimate: async () => ({ ramBytes: 1 }),
        load: async () => {
          if (path.endsWith('broken')) throw servableError('SRV_TENSOR_INVALID', ['broken']);
          return servable;
        },
        unload: async () => void log.push(`unloaded ${path}`),
      };
    },
    close: async () => void log.push('loader closed'),
  });
  const manager = createManager();
  return { log, contexts, loader, manager, serve: () => serveModels({ manager, source, models: [{ name: 'digits', path: './digits', loader, labels: { stable: 3 } }] }) };
}

const state = (path: string) => ({ sink }: SourceContext) => sink.aspire({ name: digits, versions: [{ version: parseVersion(3), value: { path } }] });

it('follows a source, loads with the model\'s loader, and closes everything in order', async () => {
  const { log, manager, serve } = fixtures(state('/digits/3'));
  const served = serve();
  await served.ready();
  expect(manager.readyVersions(digits)).toEqual([3n]);
  const handle = manager.acquire({ kind: 'label', name: digits, label: 'stable' });
  expect(handle.servable).toBe(servable);
  handle.release();
  await Promise.all([served.close(), served.close()]);
  expect(log).toEqual(['monitor digits ./digits latest', 'source closed', 'unloaded /digits/3', 'loader closed']);
});

it('says why a model did not become ready', async () => {
  const { serve } = fixtures(state('/broken'));
  const served = serve();
  await expect(served.ready()).rejects.toMatchObject({ code: 'SRV_MODEL_NOT_READY', message: expect.stringContaining('broken') as unknown });
  await served.close();
});

it('passes on why a model cannot be looked at', async () => {
  const { serve } = fixtures(({ sink }) => sink.report(digits, new Error('permission denied')));
  const served = serve();
  await expect(served.ready()).rejects.toThrow('permission denied');
  await served.close();
});

it('lets a loader call other models, and load parts of a platform that is at hand', async () => {
  const { contexts, serve } = fixtures(state('/digits/3'));
  const served = serve();
  await served.ready();
  const host = contexts[0]?.host;
  const handle = host?.acquire({ kind: 'latest', name: digits });
  expect(handle?.servable).toBe(servable);
  handle?.release();
  const part = host?.createPart({ name: 'encoder', artifact: { path: '/encoder' }, platform: 'test' });
  expect(await part?.load(new AbortController().signal)).toBe(servable);
  expect(() => host?.createPart({ name: 'encoder', artifact: { path: '/encoder' }, platform: 'onnx' })).toThrow("part 'encoder' of platform 'onnx': give it one of test");
  await served.close();
});

it('refuses a plugin of another API', () => {
  const { loader, manager } = fixtures(() => {});
  const source = { ...defineSource({ name: 'old', schemes: [], create: () => { throw new Error('made'); } }), apiVersion: 99 };
  expect(() => serveModels({ manager, source, models: [{ name: 'digits', path: './digits', loader }] })).toThrow("Plugin 'old' is made for plugin API 99");
});
