import {
  type Hooks,
  type Loader,
  type LoaderHost,
  type Logger,
  type Manager,
  parseModelName,
  type PartRequest,
  type ResourceEstimate,
  type Servable,
  type ServableId,
} from '@servable/core';
import { ChoosingLoader } from './choosing-loader.ts';
import type { LoaderResolver } from './loader-resolver.ts';

/** Where a version that others may be called from lives. */
export interface LoaderHostOptions {
  readonly id: ServableId;
  readonly resolver: LoaderResolver;
  readonly logger: Logger;
  /** Looks up other models. */
  acquire: Manager['acquire'];
  /** Whose `wrapServable` wraps parts; absent: they stay as they are. */
  readonly hooks?: Pick<Hooks, 'wrapServable'>;
}

/** Lets a version call other models, and be made of parts that other loaders load. */
export function createLoaderHost(options: LoaderHostOptions): LoaderHost {
  return {
    acquire: (request) => options.acquire(request),
    createPart: (part) => new PartLoader(part, options),
  };
}

/** The loader of a part, with what the hooks wrap around any servable. */
class PartLoader implements Loader {
  readonly #id: ServableId;
  readonly #part: PartRequest;
  readonly #loader: Loader;
  readonly #hooks: LoaderHostOptions['hooks'];

  constructor(part: PartRequest, { id, resolver, logger, hooks }: LoaderHostOptions) {
    const { artifact, platform, options = {} } = part;
    this.#id = { name: parseModelName(`${id.name}/${part.name}`), version: id.version };
    this.#part = part;
    this.#hooks = hooks;
    const model = { name: this.#id.name, platform, options };
    this.#loader = new ChoosingLoader({ resolver, model, artifact, context: { id: this.#id, logger } });
  }

  estimate(signal: AbortSignal): Promise<ResourceEstimate> {
    return this.#loader.estimate(signal);
  }

  async load(signal: AbortSignal): Promise<Servable> {
    const servable = await this.#loader.load(signal);
    if (this.#hooks === undefined || !this.#hooks.wrapServable.isUsed()) return servable;
    return this.#hooks.wrapServable.promise(servable, { id: this.#id, artifact: this.#part.artifact, signal });
  }

  unload(): Promise<void> {
    return this.#loader.unload();
  }
}
