import { defineLoader, type LoaderPlugin } from '@servable/core';
import { createWorkerEngine, type OnnxEngine } from '@servable/engine-onnxruntime';
import { onnxNames } from './find-model-file.ts';
import { inspectModel } from './inspect.ts';
import { OnnxLoader } from './onnx-loader.ts';
import { ONNX_OPTIONS_SCHEMA, type OnnxOptions } from './onnx-options.ts';

declare module '@servable/core' {
  interface LoaderOptionsByPlatform {
    onnx: OnnxOptions;
  }
}

/** What all models of one plugin share. */
export interface OnnxPluginParts {
  /** Makes the engine, when the first model is loaded or looked at. Default: {@link createWorkerEngine}. */
  readonly createEngine?: () => OnnxEngine;
}

/**
 * Serves `model.onnx`, or a version directory's only `*.onnx` file.
 *
 * `defaults` are this plugin's options for every model; a model's own win. The plugin owns one engine, made when it is
 * first needed, and closes it in `close()`.
 */
export function onnxPlugin(defaults: OnnxOptions = {}, parts: OnnxPluginParts = {}): LoaderPlugin<'onnx'> {
  const shared = new SharedEngine(parts.createEngine ?? createWorkerEngine);
  return defineLoader({
    platform: 'onnx',
    optionsSchema: ONNX_OPTIONS_SCHEMA,
    create: (artifact, options, context) =>
      new OnnxLoader({ artifact, options: { ...defaults, ...options }, context, engine: () => shared.get() }),
    detect: async (directory) => (await onnxNames(directory)).length > 0,
    inspect: ({ path }, options) => inspectModel(path, options.batching ?? defaults.batching ?? 'none', shared.get()),
    close: () => shared.close(),
  });
}

class SharedEngine {
  readonly #create: () => OnnxEngine;
  #engine: OnnxEngine | undefined;

  constructor(create: () => OnnxEngine) {
    this.#create = create;
  }

  get(): OnnxEngine {
    this.#engine ??= this.#create();
    return this.#engine;
  }

  /** A closed engine stays: what is loaded after `close` is told that it is closed. */
  async close(): Promise<void> {
    await this.#engine?.close();
  }
}
