import { collectLogger, testRunContext, testServableId } from '@servable/plugin-testing';
import type { LoaderPlugin, Tensor } from '@servable/core';
import { describe, expect, it } from 'vitest';
import savedModel, { type SavedModelOptions, type SavedModelPluginOptions } from '../../src/index.ts';
import { fixture, refusal } from '../fixtures.ts';
import { FakeEngine } from './fake-engine.ts';

const NEVER = new AbortController().signal;

const pluginOf = (engines: readonly FakeEngine[], options: SavedModelPluginOptions = {}): LoaderPlugin<'savedmodel'> =>
  savedModel(options, { engines: Object.fromEntries(engines.map((engine) => [engine.name, () => engine])) });

function loaderOf(plugin: LoaderPlugin<'savedmodel'>, directory: string, options: SavedModelOptions = {}) {
  const logger = collectLogger();
  return { loader: plugin.create({ path: directory }, options, { id: testServableId(), logger }), logger };
}

it('is the loader of SavedModels, by the name of models.config too', async () => {
  const plugin = pluginOf([]);
  expect([plugin.platform, plugin.platformAliases]).toEqual(['savedmodel', ['tensorflow']]);
  expect(await plugin.detect?.(fixture('scalar_affine_tf2/1'))).toBe(true);
  expect(await plugin.detect?.(fixture('onnx/mlp/1'))).toBe(false);
});

it('makes no engine before a model needs one', async () => {
  const plugin = savedModel({}, { engines: { onnx: () => expect.fail('an engine was made') } });
  loaderOf(plugin, fixture('scalar_affine_tf2/1'));
  await plugin.close?.();
});

describe('a load', () => {
  it('goes to the first engine that runs every signature, and to none after it', async () => {
    const engines = [new FakeEngine('onnx', { rows: ['serving_default'] }), new FakeEngine('tensorflow')] as const;
    const { loader } = loaderOf(pluginOf(engines), fixture('scalar_affine_tf2/1'));
    const servable = await loader.load(NEVER);
    expect(engines.map(({ events }) => events)).toEqual([['offer', 'load'], []]);
    expect(servable.signatures.get('serving_default')?.batching).toBe('rows');
    await loader.unload();
    expect(engines[0].events).toEqual(['offer', 'load', 'session closed']);
  });

  it.each(['tensorflow', { name: 'tensorflow' }] as const)('goes to the engine that the model names: %j', async (engine) => {
    const engines = [new FakeEngine('onnx'), new FakeEngine('tensorflow')] as const;
    await loaderOf(pluginOf(engines), fixture('scalar_affine_tf2/1'), { engine }).loader.load(NEVER);
    expect(engines.map(({ events }) => events)).toEqual([[], ['offer', 'load']]);
  });

  it('goes to the engine of the plugin when the model only says where its library is', async () => {
    const engines = [new FakeEngine('onnx'), new FakeEngine('tensorflow')] as const;
    const plugin = pluginOf(engines, { engine: 'tensorflow' });
    await loaderOf(plugin, fixture('scalar_affine_tf2/1'), { engine: { path: '/lib/tensorflow' } }).loader.load(NEVER);
    expect(engines.map(({ events }) => events)).toEqual([[], ['offer', 'load']]);
    expect(engines[1].requests[0]?.options.engine).toEqual({ name: 'tensorflow', path: '/lib/tensorflow' });
  });

  it('leaves out the signatures that its engine refuses, and says so', async () => {
    const engine = new FakeEngine('onnx', { refused: { classify_x_to_y: 'op Foo is not supported' }, notes: ['a note'] });
    const { loader, logger } = loaderOf(pluginOf([engine]), fixture('scalar_affine_tf1/1'));
    const servable = await loader.load(NEVER);
    expect(servable.signatures.has('classify_x_to_y')).toBe(false);
    expect(servable.signatures.has('regress_x_to_y')).toBe(true);
    expect(engine.requests[0]?.signatures.has('classify_x_to_y')).toBe(false);
    expect(logger.messages('warn')).toEqual(["Signatures are not served: engine 'onnx': 'classify_x_to_y': op Foo is not supported", 'a note']);
  });

  it('is refused with the reasons of every engine when none can run it', async () => {
    const engines = [new FakeEngine('onnx', { refused: { serve: 'op Foo', serving_default: 'op Foo' } }), new FakeEngine('tensorflow', { unavailable: 'no library' })];
    const error = await refusal(() => loaderOf(pluginOf(engines), fixture('tabular/1')).loader.load(NEVER));
    expect([error.code, error.status]).toEqual(['SRV_SAVEDMODEL_NO_ENGINE', 'FAILED_PRECONDITION']);
    expect(error.message).toMatch(/engine 'onnx': 'serve': op Foo; 'serving_default': op Foo; engine 'tensorflow': no library\. Export the model without the ops that are named/);
  });

  it('batches as the options say, not as the engine has proven', async () => {
    const engine = new FakeEngine('onnx', { rows: ['serving_default'] });
    const servable = await loaderOf(pluginOf([engine]), fixture('scalar_affine_tf2/1'), { batching: 'none' }).loader.load(NEVER);
    expect(servable.signatures.get('serving_default')?.batching).toBe('none');
  });

  it('that is aborted rejects at once, and unload waits for what goes on', async () => {
    let open = (): void => {};
    const engine = new FakeEngine('onnx', { gate: new Promise((resolve) => (open = resolve)) });
    const { loader } = loaderOf(pluginOf([engine]), fixture('scalar_affine_tf2/1'));
    const controller = new AbortController();
    const loading = loader.load(controller.signal);
    controller.abort(new Error('enough'));
    await expect(loading).rejects.toThrow('enough');
    const unloading = loader.unload();
    open();
    await unloading;
    expect(engine.events.filter((event) => event === 'load').length).toBe(engine.events.filter((event) => event === 'session closed').length);
  });

  it('that never began is unloaded', async () => {
    await loaderOf(pluginOf([]), fixture('scalar_affine_tf2/1')).loader.unload();
  });
});

describe('a loaded model', () => {
  const x: Tensor = { dtype: 'FP32', shape: [1], data: Float32Array.of(2) };

  it('is asked for all outputs when none is named', async () => {
    const servable = await loaderOf(pluginOf([new FakeEngine('onnx')]), fixture('scalar_affine_tf2/1')).loader.load(NEVER);
    expect(await servable.run('serving_default', new Map([['x', x]]), testRunContext())).toEqual(new Map([['y', x]]));
  });

  it('refuses signatures that it does not have', async () => {
    const servable = await loaderOf(pluginOf([new FakeEngine('onnx')]), fixture('scalar_affine_tf2/1')).loader.load(NEVER);
    const error = await refusal(() => servable.run('nope', new Map(), testRunContext()));
    expect([error.status, error.message]).toEqual(['INVALID_ARGUMENT', "The model has no signature 'nope': its signatures are 'scaled', 'serving_default'"]);
  });
});

it('estimates the most that an allowed engine takes', async () => {
  const plugin = pluginOf([new FakeEngine('onnx')]);
  const { ramBytes } = await loaderOf(plugin, fixture('scalar_affine_tf2/1')).loader.estimate(NEVER);
  const files = await plugin.inspect?.({ path: fixture('scalar_affine_tf2/1') }, {}, { id: testServableId(), logger: collectLogger() });
  expect(files?.facts.find(({ label }) => label === 'size')?.value).toMatch(new RegExp(`^${ramBytes / 3} bytes`));
});

it('tells little of what an engine refuses of very many signatures', async () => {
  const refused = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`s${at}`, 'x'.repeat(5000)]));
  const inspection = await pluginOf([new FakeEngine('onnx', { refused })]).inspect?.({ path: fixture('scalar_affine_tf2/1') }, {}, { id: testServableId(), logger: collectLogger() });
  const [fact] = inspection?.facts.slice(-1) ?? [];
  expect(fact?.value.length).toBeLessThan(10_000);
  expect(fact?.value).toMatch(/; and 280 more$/);
});

it('tells what each engine can do', async () => {
  const engines = [new FakeEngine('onnx', { refused: { serving_default: 'op Foo' } }), new FakeEngine('tensorflow')];
  const inspection = await pluginOf(engines).inspect?.({ path: fixture('scalar_affine_tf2/1') }, { engine: 'onnx', batching: 'rows' }, { id: testServableId(), logger: collectLogger() });
  expect(inspection?.facts.slice(-2)).toEqual([
    { label: 'engine onnx', value: "runs 1 of 2 signatures, not 'serving_default': op Foo" },
    { label: 'engine tensorflow', value: 'runs every signature; fake' },
  ]);
  expect(inspection?.signatures.get('serving_default')?.batching).toBe('rows');
});

it.each([
  [{ engine: 'torch' }, /^Option 'engine' of the SavedModel plugin/],
  [{ engine: { name: 'torch' } }, /'engine.name' .* is "torch": it must be one of auto, onnx, tensorflow/],
  [{ engine: { gpus: [-1] } }, /'engine.gpus.0' .* is -1: it must be >= 0/],
  [{ thread: 2 }, /'thread' .* is not known/],
  [{ intraOpThreads: 0 }, /'intraOpThreads' .* is 0: it must be >= 1/],
])('refuses the plugin options %j', async (options, message) => {
  const error = await refusal(() => savedModel(options as SavedModelPluginOptions));
  expect(error.code).toBe('SRV_SAVEDMODEL_OPTION_INVALID');
  expect(error.message).toMatch(message);
});
