import { servableError } from './errors.ts';
import type { RunContext, Servable } from './servable.ts';
import { DEFAULT_SIGNATURE_NAME, type Signature } from './signature.ts';
import type { NamedTensors, Tensor } from './tensor.ts';

/** What `Servable.run` expects that its caller has checked. */
export interface ResolvedCall {
  readonly signatureName: string;
  readonly signature: Signature;
  /** Each input of the signature, defaults filled in. */
  readonly inputs: NamedTensors;
}

/**
 * Checks the names of a call, and fills in the signature's defaults. Dtypes and shapes are the servable's to check.
 *
 * @param inputs - by alias, as a map or an object
 * @param signatureName - default: `serving_default`
 * @throws ServingError `SRV_CALL_INVALID` when the signature, an input or an output is not there, or an input is missing
 */
export function resolveCall(
  servable: Servable,
  inputs: NamedTensors | Readonly<Record<string, Tensor>>,
  { signatureName = DEFAULT_SIGNATURE_NAME, outputs = [] }: { readonly signatureName?: string; readonly outputs?: readonly string[] } = {},
): ResolvedCall {
  const signature = servable.signatures.get(signatureName);
  if (signature === undefined) throw invalid('signature', signatureName, servable.signatures);
  const given: NamedTensors = inputs instanceof Map ? (inputs as NamedTensors) : new Map(Object.entries(inputs));
  for (const name of given.keys()) if (!signature.inputs.has(name)) throw invalid('input', name, signature.inputs);
  for (const name of outputs) if (!signature.outputs.has(name)) throw invalid('output', name, signature.outputs);
  const resolved = Array.from(signature.inputs.keys(), (name): [string, Tensor] => [name, given.get(name) ?? defaultOf(signature, name)]);
  return { signatureName, signature, inputs: new Map(resolved) };
}

function defaultOf(signature: Signature, name: string): Tensor {
  const value = signature.defaults.get(name);
  if (value === undefined) throw servableError('SRV_CALL_INVALID', [`its input '${name}' is missing`]);
  return value;
}

function invalid(kind: string, name: string, known: ReadonlyMap<string, unknown>): Error {
  const names = known.size === 0 ? 'it has none' : `its ${kind}s are ${[...known.keys()].join(', ')}`;
  return servableError('SRV_CALL_INVALID', [`it has no ${kind} '${name}'; ${names}`]);
}

/** What travels with a run that has no network behind it: what is left out is empty, and nothing aborts. */
export function createRunContext(known: Partial<RunContext> = {}): RunContext {
  return {
    signal: known.signal ?? new AbortController().signal,
    deadlineMs: known.deadlineMs,
    outputs: known.outputs ?? [],
    requestId: known.requestId ?? '',
    protocol: known.protocol ?? 'in-process',
    peer: known.peer ?? '',
    attributes: known.attributes ?? new Map(),
  };
}
