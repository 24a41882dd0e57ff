import { type AspiredSink, messageOf, type Source, type SourceContext, type SourcePlugin } from '@servable/core';
import type { ResolvedModel } from './config/resolved-config.ts';
import { settledLook } from './settled-look.ts';
import type { SourceResolver } from './source-resolver.ts';

export interface ModelSourcesOptions {
  readonly resolver: SourceResolver;
  readonly context: Omit<SourceContext, 'sink'>;
  /** Where one plugin's source states what it finds. */
  readonly sinkOf: (plugin: SourcePlugin) => AspiredSink;
}

/** The sources of a server: one for each plugin that some model's path needs, or needed. */
export class ModelSources {
  readonly #options: ModelSourcesOptions;
  readonly #sources = new Map<SourcePlugin, Source>();

  constructor(options: ModelSourcesOptions) {
    this.#options = options;
  }

  /** Makes these the models that are watched. @throws ServingError `SRV_SCHEME_UNKNOWN` before anything is done */
  watch(models: readonly ResolvedModel[]): void {
    const { resolver, context, sinkOf } = this.#options;
    const wanted = new Map<SourcePlugin, ResolvedModel[]>();
    for (const model of models) {
      const plugin = resolver.forPath(model.path);
      wanted.set(plugin, [...(wanted.get(plugin) ?? []), model]);
    }
    for (const plugin of wanted.keys()) {
      if (!this.#sources.has(plugin)) this.#sources.set(plugin, plugin.create({ ...context, sink: sinkOf(plugin) }));
    }
    for (const [plugin, source] of this.#sources) {
      source.monitor((wanted.get(plugin) ?? []).map(({ name, path, versions }) => ({ name, path, selector: versions })));
    }
  }

  /** Resolves when each source has looked, and let settle what was just copied. Never rejects: what failed is told where it failed. */
  async look(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => settledLook(source, signal).catch(messageOf)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source.close()));
  }
}
