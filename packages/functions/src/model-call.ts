import {
  createRunContext,
  DEFAULT_SIGNATURE_NAME,
  messageOf,
  type NamedTensors,
  parseModelName,
  parseVersion,
  type ResolvedCall,
  resolveCall,
  type RunContext,
  type Servable,
  type ServableRequest,
  ServingError,
  type Signature,
  type Tensor,
} from '@servable/core';
import { functionError } from './errors.ts';
import type { ModelUse, Use } from './uses.ts';

const DEPTH = '@servable/functions.depth';
const MAX_DEPTH = 16;

/** A servable that can be called until it is given back. */
export interface Borrowed {
  readonly servable: Servable;
  release(): void;
}

/** One thing that a servable uses, at run time. */
export interface Callee {
  readonly name: string;
  readonly use: Use;
  /** Who calls, for messages. */
  readonly caller: string;
  borrow(): Borrowed;
}

type Named = Readonly<Record<string, Tensor>>;

/** Calls what a servable uses, on behalf of one request. */
export function createCall(callee: Callee, context: RunContext): ((inputs: Named) => Promise<Named>) & { stream(inputs: Named): AsyncIterable<Named> } {
  const call = async (inputs: Named): Promise<Named> => {
    const borrowed = callee.borrow();
    try {
      const prepared = prepare(callee, borrowed.servable, inputs);
      const outputs = await borrowed.servable.run(prepared.signatureName, prepared.inputs, nestedContext(callee, context));
      return pick(callee, prepared.signature, outputs);
    } finally {
      borrowed.release();
    }
  };
  return Object.assign(call, { stream: (inputs: Named) => streamFrom(callee, context, inputs) });
}

async function* streamFrom(callee: Callee, context: RunContext, inputs: Named): AsyncGenerator<Named, void, undefined> {
  const borrowed = callee.borrow();
  try {
    const { servable } = borrowed;
    const { signatureName, signature, inputs: prepared } = prepare(callee, servable, inputs);
    const nested = nestedContext(callee, context);
    if (servable.stream === undefined) yield pick(callee, signature, await servable.run(signatureName, prepared, nested));
    else for await (const outputs of servable.stream(signatureName, prepared, nested)) yield pick(callee, signature, outputs);
  } finally {
    borrowed.release();
  }
}

/** A fault of the call is the function's, not its client's. */
function prepare(callee: Callee, servable: Servable, inputs: Named): ResolvedCall {
  const { signature: signatureName = DEFAULT_SIGNATURE_NAME, outputs = {} } = callee.use;
  try {
    return resolveCall(servable, inputs, { signatureName, outputs: Object.keys(outputs) });
  } catch (error) {
    return refuse(callee, ServingError.is(error) ? String(error.args[0]) : messageOf(error), error);
  }
}

function pick(callee: Callee, signature: Signature, outputs: NamedTensors): Named {
  const declared = callee.use.outputs;
  const names = declared === undefined ? [...signature.outputs.keys()] : Object.keys(declared);
  return Object.fromEntries(
    names.map((name) => {
      const tensor = outputs.get(name);
      const spec = declared?.[name];
      const dtype = typeof spec === 'string' ? spec : spec?.dtype;
      if (tensor === undefined) refuse(callee, `its answer lacks '${name}'`);
      if (dtype !== undefined && tensor.dtype !== dtype) refuse(callee, `its output '${name}' is ${tensor.dtype}, declared is ${dtype}`);
      return [name, tensor];
    }),
  );
}

function nestedContext({ caller, name, use }: Callee, context: RunContext): RunContext {
  const depth = Number(context.attributes.get(DEPTH) ?? 0) + 1;
  if (depth > MAX_DEPTH) throw functionError('SRV_FUNCTION_CALL_TOO_DEEP', [caller, name, MAX_DEPTH]);
  const attributes = new Map(context.attributes).set(DEPTH, depth);
  // Made anew: a function's own context has more than a run's.
  return createRunContext({ ...context, outputs: Object.keys(use.outputs ?? {}), attributes });
}

function refuse({ caller, name }: Callee, reason: string, cause?: unknown): never {
  throw functionError('SRV_FUNCTION_CALL_INVALID', [caller, name, reason], { cause });
}

/** What to ask the manager for. @throws ServingError `SRV_MODEL_NAME_EMPTY`, `SRV_VERSION_INVALID` */
export function requestOf({ name: text, version, label }: ModelUse): ServableRequest {
  const name = parseModelName(text);
  if (version !== undefined) return { kind: 'version', name, version: parseVersion(version) };
  return label === undefined ? { kind: 'latest', name } : { kind: 'label', name, label };
}
