import {
  type Artifact,
  DEFAULT_SIGNATURE_NAME,
  type Loader,
  type LoaderOptionsOf,
  type LoaderPlugin,
  type NamedTensors,
  type RunContext,
  type Servable,
  type Signature,
} from '@servable/core';
import { check } from '../conformance-case.ts';
import { cloneTensors, type Tolerance } from '../tensor-agreement.ts';
import { testLoaderContext, testRunContext } from '../test-context.ts';
import type { LoaderConformanceOptions } from './options.ts';

const DEFAULT_TOLERANCE: Tolerance = { relative: 1e-5, absolute: 1e-6 };

/** The options of a suite with their defaults, and the ways in which cases use the plugin. */
export class LoaderSession<Platform extends string> {
  readonly options: LoaderConformanceOptions<Platform>;
  readonly tolerance: Tolerance;
  readonly rounds: number;
  readonly closeGraceMs: number;

  constructor(options: LoaderConformanceOptions<Platform>) {
    this.options = options;
    this.tolerance = options.tolerance ?? DEFAULT_TOLERANCE;
    this.rounds = options.rounds ?? 20;
    this.closeGraceMs = options.closeGraceMs ?? 2000;
  }

  /** The model's options. */
  get modelOptions(): LoaderOptionsOf<Platform> {
    // A platform whose options are all optional takes an empty object; one that needs some is given them by its author.
    return this.options.options ?? ({} as LoaderOptionsOf<Platform>);
  }

  createLoader(plugin: LoaderPlugin<Platform>, artifact: Artifact = this.options.artifact): Loader {
    return plugin.create(artifact, this.modelOptions, testLoaderContext());
  }

  /** Runs `body` with a plugin of its own, closed at the end. */
  async withPlugin<Result>(body: (plugin: LoaderPlugin<Platform>) => Promise<Result>): Promise<Result> {
    const plugin = this.options.createPlugin();
    try {
      return await body(plugin);
    } finally {
      await plugin.close?.();
    }
  }

  /** Runs `body` with a loaded version, unloaded at the end. */
  withServable(body: (servable: Servable) => Promise<void>): Promise<void> {
    return this.withPlugin((plugin) => this.withLoaded(plugin, body));
  }

  /** Loads as the manager does, runs `body`, and unloads, also after a load that failed. */
  async withLoaded(plugin: LoaderPlugin<Platform>, body: (servable: Servable) => Promise<void>): Promise<void> {
    const loader = this.createLoader(plugin);
    try {
      await loader.estimate(neverAborted());
      await body(await loader.load(neverAborted()));
    } finally {
      await loader.unload();
    }
  }
}

export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

export function signatureOf(servable: Servable, request: { readonly signature?: string }): Signature {
  const name = request.signature ?? DEFAULT_SIGNATURE_NAME;
  const signature = servable.signatures.get(name);
  check(signature !== undefined, `a sample request names signature '${name}', the servable has ${[...servable.signatures.keys()].join(', ')}`);
  return signature;
}

/** A request as `run` takes it: `requests` of the suite's options and those made from them fit. */
export interface RunRequest {
  readonly signature?: string;
  readonly inputs: NamedTensors;
}

/** Calls `run` with the very tensors given; an answer given at once and one given later look the same. */
export async function callRun(servable: Servable, request: RunRequest, context: Partial<RunContext> = {}): Promise<NamedTensors> {
  return servable.run(request.signature ?? DEFAULT_SIGNATURE_NAME, request.inputs, testRunContext(context));
}

/** Runs a request on copies, so that a servable that spoils tensors only fails the cases about that. */
export async function runRequest(servable: Servable, request: RunRequest, context: Partial<RunContext> = {}): Promise<NamedTensors> {
  return cloneTensors(await callRun(servable, { ...request, inputs: cloneTensors(request.inputs) }, context));
}
