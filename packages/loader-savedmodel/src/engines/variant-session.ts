import { type Dimension, type Executor, messageOf, type NamedTensors, type Signature } from '@servable/core';
import type { InputShapes } from '../compile/compile-model.ts';
import { savedModelError } from '../errors.ts';
import type { CompiledSession } from './compiled-session.ts';
import type { EngineCall, EngineSession } from './saved-model-engine.ts';

/** Compiles and loads one signature for other shapes of its inputs. */
export type LoadVariant = (signature: string, shapes: InputShapes, signal: AbortSignal) => Promise<CompiledSession>;

export interface VariantSessionParts {
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly loadVariant: LoadVariant;
}

/** Of each signature. More are refused: each takes memory, and clients choose the shapes. */
const MOST_VARIANTS = 16;

/**
 * A compiled model that answers inputs of other shapes than its signatures say. TensorFlow does not hold requests to them; a graph of ONNX has
 * the ranks it was compiled for, so that others are compiled when a request first brings them, and kept.
 */
export class VariantSession implements EngineSession {
  readonly executor: Executor;
  readonly rowSignatures: ReadonlySet<string>;
  readonly notes: readonly string[];
  readonly #base: CompiledSession;
  readonly #parts: VariantSessionParts;
  /** By signature, then by the shapes. */
  readonly #variants = new Map<string, Map<string, Promise<CompiledSession>>>();
  readonly #closing = new AbortController();

  constructor(base: CompiledSession, parts: VariantSessionParts) {
    this.#base = base;
    this.#parts = parts;
    this.executor = base.executor;
    this.rowSignatures = base.rowSignatures;
    this.notes = base.notes;
  }

  /** Not async: what the signature says is answered without another promise. */
  run(call: EngineCall): NamedTensors | Promise<NamedTensors> {
    const signature = this.#parts.signatures.get(call.signature);
    const shapes = signature === undefined ? undefined : otherShapes(signature, call.inputs, this.#base.isCovered(call.signature));
    return shapes === undefined ? this.#base.run(call) : this.#runVariant(call, shapes);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const loads = [...this.#variants.values()].flatMap((variants) => [...variants.values()]);
    const loaded = await Promise.allSettled(loads);
    await Promise.all(loaded.flatMap((each) => (each.status === 'fulfilled' ? [each.value.close()] : [])));
    await this.#base.close();
  }

  async #runVariant(call: EngineCall, shapes: InputShapes): Promise<NamedTensors> {
    const session = await this.#loaded(call, shapes);
    const reason = session.whyUncovered(call.signature);
    if (reason !== undefined) throw refusal(call, shapes, reason);
    call.context.signal.throwIfAborted();
    return session.run(call);
  }

  async #loaded(call: EngineCall, shapes: InputShapes): Promise<CompiledSession> {
    const { signature } = call;
    const variants = this.#variants.get(signature) ?? new Map<string, Promise<CompiledSession>>();
    this.#variants.set(signature, variants);
    const key = JSON.stringify(shapes);
    const known = variants.get(key);
    if (known === undefined && variants.size >= MOST_VARIANTS) throw refusal(call, shapes, `requests of ${MOST_VARIANTS} other shapes came before`);
    const loading = known ?? this.#parts.loadVariant(signature, shapes, this.#closing.signal);
    variants.set(key, loading);
    try {
      return await loading;
    } catch (error) {
      if (variants.get(key) === loading) variants.delete(key);
      throw refusal(call, shapes, messageOf(error));
    }
  }
}

/** The shapes to compile for, by alias: of the inputs that the signature has otherwise. `undefined`: there are none. */
function otherShapes({ inputs: known }: Signature, inputs: NamedTensors, isCovered: boolean): InputShapes | undefined {
  let others: Record<string, readonly number[]> | undefined;
  for (const [alias, { shape }] of known) {
    const given = inputs.get(alias)?.shape;
    if (given === undefined || (shape === undefined ? isCovered : fits(given, shape))) continue;
    others ??= {};
    others[alias] = given.map((size, axis) => (given.length === shape?.length && shape[axis] === size ? size : -1));
  }
  return others;
}

function fits(given: readonly number[], shape: readonly Dimension[]): boolean {
  return given.length === shape.length && shape.every((size, axis) => size === -1 || size === given[axis]);
}

function refusal({ inputs }: EngineCall, shapes: InputShapes, reason: string): Error {
  const [alias = ''] = Object.keys(shapes);
  return savedModelError('SRV_SAVEDMODEL_INPUT_INVALID', [alias, `the signature has another shape than [${String(inputs.get(alias)?.shape)}], and the model cannot be compiled for that: ${reason}`]);
}
