import {
  type AdmitRequest,
  type Manager,
  type NamedTensors,
  type RunContext,
  type Servable,
  type ServableHandle,
  type ServableId,
  type ServableRequest,
  servableError,
  type ServingError,
  type Signature,
  type Tensor,
} from '@servable/core';
import { checkShapes } from './check-shapes.ts';
import { serverError } from './errors.ts';
import type { RequestRecord } from './request-record.ts';

/** A request's time: core's `GrpcCall` is one. */
export interface CallClock {
  /** Aborted when the client went away (`AbortError`) or the time is up (`TimeoutError`). */
  readonly signal: AbortSignal;
  /** As `performance.now()` counts; `undefined`: no limit. */
  readonly deadlineMs: number | undefined;
  /** Told right before the run, for limits that begin there. */
  startRun?(): void;
}

/** What a signature gets and what is wanted of it, by a protocol's own rules. */
export interface ResolvedRun {
  readonly signature: Signature;
  readonly inputs: NamedTensors;
  /** Aliases of the signature; empty means all. Where `run` is given, names of what that answers. */
  readonly outputs: readonly string[];
  /** Runs in place of the servable's `run` with `inputs`, for what takes more than one call of it. */
  run?(context: RunContext): NamedTensors | Promise<NamedTensors>;
}

/** One request for a run, decoded as far as that goes without the model. */
export interface InferenceRequest<Run extends ResolvedRun = ResolvedRun> {
  readonly target: ServableRequest;
  /** With the default filled in. */
  readonly signatureName: string;
  readonly clock: CallClock;
  /** Headers of HTTP, metadata of gRPC; asked for only when an `admit` hook is there. */
  headers(): ReadonlyMap<string, string>;
  /** Finds the signature and its inputs. Throws ServingErrors in the protocol's words. */
  resolve(servable: Servable): Run | Promise<Run>;
}

export interface InferenceResult<Run extends ResolvedRun = ResolvedRun> {
  readonly id: ServableId;
  /** What `resolve` gave. */
  readonly resolved: Run;
  /** Exactly the wanted outputs, in the signature's order (in the request's, when it names some). */
  readonly outputs: NamedTensors;
}

export interface InferenceOptions {
  readonly manager: Manager;
  readonly validation: 'engine' | 'strict';
  /** Whether a signature's method name must be the method's. Default false. */
  readonly checkMethodName?: boolean;
}

/**
 * The one path of every request: admit, acquire, resolve, check, run. The handle is given back when the run ends, which is after the
 * answer when a servable ignores its signal.
 *
 * @throws ServingError those of `Manager.acquire`, of `resolve` and of the servable; `SRV_INPUT_SHAPE_MISMATCH`,
 * `SRV_OUTPUT_MISSING`, `SRV_REQUEST_CANCELLED`, `SRV_DEADLINE_EXCEEDED`
 */
export async function infer<Run extends ResolvedRun>(
  request: InferenceRequest<Run>,
  record: RequestRecord,
  options: InferenceOptions,
): Promise<InferenceResult<Run>> {
  record.model = request.target.name;
  record.signature = request.signatureName;
  if (options.manager.hooks.admit.isUsed()) await admit(request, record, options.manager);
  const handle = options.manager.acquire(request.target);
  record.version = handle.id.version;
  const resolved = await resolveRun(request, handle, options.validation);
  record.inputs = resolved.inputs;
  record.wantedOutputs = resolved.outputs;
  const context = contextOf(request, record);
  record.runStartedMs = performance.now();
  try {
    const computed = await run(handle, resolved, { signatureName: request.signatureName, context });
    record.outputs = pickOutputs(computed, record, wantedOutputs(resolved));
    return { id: handle.id, resolved, outputs: record.outputs };
  } finally {
    record.runMs = performance.now() - record.runStartedMs;
  }
}

async function admit(request: InferenceRequest, record: RequestRecord, manager: Manager): Promise<void> {
  const { protocol, requestId, peer, ownAttributes: attributes } = record;
  const { target, signatureName: signature } = request;
  const asked: AdmitRequest = { name: target.name, signature, protocol, requestId, peer, headers: request.headers(), attributes };
  const refusal = await manager.hooks.admit.promise(asked);
  if (refusal !== undefined) throw refusal;
}

async function resolveRun<Run extends ResolvedRun>(
  request: InferenceRequest<Run>,
  handle: ServableHandle,
  validation: InferenceOptions['validation'],
): Promise<Run> {
  try {
    const resolved = await request.resolve(handle.servable);
    if (validation === 'strict') checkShapes(resolved.signature, resolved.inputs);
    request.clock.startRun?.();
    if (request.clock.signal.aborted) throw overError(request.clock.signal, handle.id.name);
    return resolved;
  } catch (error) {
    handle.release();
    throw error;
  }
}

function contextOf(request: InferenceRequest, record: RequestRecord): RunContext {
  const { requestId, protocol, peer, attributes, wantedOutputs: outputs } = record;
  const { signal, deadlineMs } = request.clock;
  return { signal, deadlineMs, outputs, requestId, protocol, peer, attributes, timing: record };
}

interface RunCall {
  readonly signatureName: string;
  readonly context: RunContext;
}

/** Ends when the run does, or when its time is over, whichever comes first. */
async function run(handle: ServableHandle, resolved: ResolvedRun, { signatureName, context }: RunCall): Promise<NamedTensors> {
  let running: NamedTensors | Promise<NamedTensors>;
  try {
    running = resolved.run?.(context) ?? handle.servable.run(signatureName, resolved.inputs, context);
  } catch (error) {
    handle.release();
    throw error;
  }
  if (running instanceof Map) {
    handle.release();
    return running;
  }
  const pending = Promise.resolve(running);
  const release = (): void => handle.release();
  pending.then(release, release);
  return unlessOver(pending, context.signal, handle.id.name);
}

function unlessOver(running: Promise<NamedTensors>, signal: AbortSignal, model: string): Promise<NamedTensors> {
  return new Promise((resolve, reject) => {
    const onOver = (): void => reject(overError(signal, model));
    signal.addEventListener('abort', onOver);
    const settle = (finish: () => void): void => {
      signal.removeEventListener('abort', onOver);
      finish();
    };
    running.then(
      (outputs) => settle(() => resolve(outputs)),
      (error: unknown) => settle(() => reject(signal.aborted ? overError(signal, model, error) : error)),
    );
  });
}

/** Why a call is over before its answer: the deadline passed, or the client went away. */
export function overError(signal: AbortSignal, model: string, cause: unknown = signal.reason): ServingError {
  const isLate = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return servableError(isLate ? 'SRV_DEADLINE_EXCEEDED' : 'SRV_REQUEST_CANCELLED', [model], { cause });
}

function wantedOutputs({ outputs, signature }: ResolvedRun): Iterable<string> {
  return outputs.length > 0 ? outputs : signature.outputs.keys();
}

function pickOutputs(computed: NamedTensors, record: RequestRecord, wanted: Iterable<string>): NamedTensors {
  const picked = new Map<string, Tensor>();
  for (const name of wanted) {
    const tensor = computed.get(name);
    if (tensor === undefined) throw serverError('SRV_OUTPUT_MISSING', [record.model, record.signature, name]);
    picked.set(name, tensor);
  }
  return picked;
}
