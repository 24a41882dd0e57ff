import { defineLoader, type LoaderPlugin, type Logger } from '@servable/core';
import { createOnnxEngine, type OnnxEngine, type OnnxEngineOptions } from '@servable/engine-onnxruntime';
import { checkPluginOptions } from './check-plugin-options.ts';
import { onnxNames } from './find-model-file.ts';
import { inspectModel } from './inspect.ts';
import { OnnxLoader } from './onnx-loader.ts';
import { pruneCommand } from './prune-command.ts';
import { ONNX_OPTIONS_SCHEMA, type OnnxOptions, type OnnxPluginOptions } from './onnx-options.ts';

declare module '@servable/core' {
  interface LoaderOptionsByPlatform {
    onnx: OnnxOptions;
  }
}

/** What tests replace. */
export interface OnnxPluginParts {
  /** Makes the engine. Default: `createOnnxEngine` with the plugin's options. */
  readonly createEngine?: (options: OnnxEngineOptions) => OnnxEngine;
}

/**
 * Serves `model.onnx`, or a version directory's only `*.onnx` file.
 *
 * `options` are how its engine is made, and what holds for every model; a model's own win. The plugin owns one engine, made when
 * it is first needed, and closes it in `close()`.
 *
 * @throws ServingError `SRV_ONNX_PLUGIN_OPTION_INVALID`
 */
export function onnxPlugin(options: OnnxPluginOptions = {}, parts: OnnxPluginParts = {}): LoaderPlugin<'onnx'> {
  checkPluginOptions(options);
  const { engine, threads, synchronousMicros, ...defaults } = options;
  const engineOptions = withoutUndefined({ form: engine, threads, synchronousMicros });
  const shared = new SharedEngine(engineOptions, parts.createEngine ?? createOnnxEngine);
  return defineLoader({
    platform: 'onnx',
    optionsSchema: ONNX_OPTIONS_SCHEMA,
    create: (artifact, own, context) =>
      new OnnxLoader({ artifact, options: { ...defaults, ...own }, context, engine: () => shared.get(context.logger) }),
    detect: async (directory) => (await onnxNames(directory)).length > 0,
    inspect: ({ path }, own, { logger }) => inspectModel(path, own.batching ?? defaults.batching, shared.get(logger)),
    commands: [pruneCommand()],
    close: () => shared.close(),
  });
}

type EngineOptions = { readonly [Key in keyof OnnxEngineOptions]: OnnxEngineOptions[Key] | undefined };

function withoutUndefined(options: EngineOptions): OnnxEngineOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

class SharedEngine {
  readonly #options: OnnxEngineOptions;
  readonly #create: (options: OnnxEngineOptions) => OnnxEngine;
  #engine: OnnxEngine | undefined;

  constructor(options: OnnxEngineOptions, create: (options: OnnxEngineOptions) => OnnxEngine) {
    this.#options = options;
    this.#create = create;
  }

  /** @param logger - of whatever needs the engine first: told once when it is not the native one */
  get(logger: Logger): OnnxEngine {
    const onFallback = (reason: string): void =>
      logger.warn({ reason }, `ONNX models run on the slower worker engine: ${reason}. Set engine: 'worker' to accept that`);
    this.#engine ??= this.#create({ ...this.#options, onFallback });
    return this.#engine;
  }

  /** A closed engine stays: what is loaded after `close` is told that it is closed. */
  async close(): Promise<void> {
    await this.#engine?.close();
  }
}
