import { type Artifact, formatServableId, type Loader, type LoaderContext, type LoaderHost, type ResourceEstimate, type Servable } from '@servable/core';
import { isAbsolute, join } from 'node:path';
import { functionError } from './errors.ts';
import { FunctionServable } from './function-servable.ts';
import { type Callee, requestOf } from './model-call.ts';
import { type CheckedDefinition, readDefinition } from './read-definition.ts';
import type { PartUse } from './uses.ts';

/** Loads a definition, and the parts that it is made of. */
export class FunctionLoader implements Loader {
  readonly #directory: string;
  readonly #context: LoaderContext;
  readonly #parts = new Map<string, Loader>();
  #definition: CheckedDefinition | undefined;
  #servable: FunctionServable | undefined;
  #undo: (() => Promise<void>)[] = [];

  constructor(artifact: Artifact, context: LoaderContext) {
    this.#directory = artifact.path;
    this.#context = context;
  }

  async estimate(signal: AbortSignal): Promise<ResourceEstimate> {
    const definition = await readDefinition(this.#directory);
    signal.throwIfAborted();
    this.#definition = definition;
    const estimates = await Promise.all(
      [...definition.uses].flatMap(([name, use]) => (use.kind === 'part' ? [this.#partLoader(name, use).estimate(signal)] : [])),
    );
    return estimates.reduce(addEstimates, { ramBytes: definition.ramBytes });
  }

  async load(signal: AbortSignal): Promise<Servable> {
    const definition = this.#definition ?? (await readDefinition(this.#directory));
    const callees: Callee[] = [];
    for (const [name, use] of definition.uses) {
      callees.push({ name, use, caller: this.#name, borrow: use.kind === 'part' ? await this.#loadPart(name, use, signal) : this.#borrower(name, requestOf(use)) });
    }
    const { id, logger } = this.#context;
    const state = await definition.load?.({ id, logger, signal, directory: this.#directory });
    this.#undo.push(async () => definition.unload?.(state as never));
    signal.throwIfAborted();
    const { signatures } = definition;
    this.#servable = new FunctionServable({ id, logger, directory: this.#directory, signatures, callees, state });
    return this.#servable;
  }

  /** In the opposite order; one that fails does not keep the others. */
  async unload(): Promise<void> {
    this.#servable?.markUnloaded();
    const steps = this.#undo.reverse();
    this.#undo = [];
    const failures: unknown[] = [];
    for (const step of steps) await step().catch((error: unknown) => failures.push(error));
    for (const part of this.#parts.values()) await part.unload().catch((error: unknown) => failures.push(error));
    this.#parts.clear();
    if (failures.length > 0) throw failures[0];
  }

  get #name(): string {
    return formatServableId(this.#context.id);
  }

  #host(use: string): LoaderHost {
    if (this.#context.host === undefined) throw functionError('SRV_FUNCTION_NO_HOST', [this.#name, use]);
    return this.#context.host;
  }

  #partLoader(name: string, { path, platform, options }: PartUse): Loader {
    const known = this.#parts.get(name);
    if (known !== undefined) return known;
    const artifact = { path: isAbsolute(path) ? path : join(this.#directory, path) };
    const part = this.#host(name).createPart({ name, artifact, ...(platform !== undefined && { platform }), ...(options && { options }) });
    this.#parts.set(name, part);
    return part;
  }

  async #loadPart(name: string, use: PartUse, signal: AbortSignal): Promise<Callee['borrow']> {
    const servable = await this.#partLoader(name, use).load(signal);
    return () => ({ servable, release: () => {} });
  }

  #borrower(name: string, request: ReturnType<typeof requestOf>): Callee['borrow'] {
    const host = this.#host(name);
    return () => host.acquire(request);
  }
}

function addEstimates(a: ResourceEstimate, b: ResourceEstimate): ResourceEstimate {
  const deviceBytes: Record<string, number> = { ...a.deviceBytes };
  for (const [device, bytes] of Object.entries(b.deviceBytes ?? {})) deviceBytes[device] = (deviceBytes[device] ?? 0) + bytes;
  return { ramBytes: a.ramBytes + b.ramBytes, ...(Object.keys(deviceBytes).length > 0 && { deviceBytes }) };
}
