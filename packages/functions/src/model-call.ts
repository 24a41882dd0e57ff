import {
  DEFAULT_SIGNATURE_NAME,
  type NamedTensors,
  parseModelName,
  parseVersion,
  type RunContext,
  type Servable,
  type ServableRequest,
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

interface Prepared {
  readonly signatureName: string;
  readonly signature: Signature;
  readonly inputs: NamedTensors;
}

/** A servable expects that its caller has checked names and filled in defaults. */
function prepare(callee: Callee, servable: Servable, inputs: Named): Prepared {
  const signatureName = callee.use.signature ?? DEFAULT_SIGNATURE_NAME;
  const signature = servable.signatures.get(signatureName);
  if (signature === undefined) {
    refuse(callee, `it has no signature '${signatureName}'; its signatures are ${[...servable.signatures.keys()].join(', ')}`);
  }
  const unknown = Object.keys(inputs).find((name) => !signature.inputs.has(name));
  if (unknown !== undefined) refuse(callee, `it has no input '${unknown}'; its inputs are ${[...signature.inputs.keys()].join(', ')}`);
  for (const name of Object.keys(callee.use.outputs ?? {})) {
    if (!signature.outputs.has(name)) refuse(callee, `it has no output '${name}'; its outputs are ${[...signature.outputs.keys()].join(', ')}`);
  }
  return { signatureName, signature, inputs: new Map(Array.from(signature.inputs.keys(), (name) => [name, valueOf(callee, signature, inputs, name)])) };
}

function valueOf(callee: Callee, signature: Signature, inputs: Named, name: string): Tensor {
  const given = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  return given ?? signature.defaults.get(name) ?? refuse(callee, `its input '${name}' is missing`);
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
  return { ...runContextOf(context), outputs: Object.keys(use.outputs ?? {}), attributes };
}

/** Only what every run has: a function's own context has more. */
function runContextOf({ signal, deadlineMs, outputs, requestId, protocol, peer, attributes }: RunContext): RunContext {
  return { signal, deadlineMs, outputs, requestId, protocol, peer, attributes };
}

function refuse({ caller, name }: Callee, reason: string): never {
  throw functionError('SRV_FUNCTION_CALL_INVALID', [caller, name, reason]);
}

/** What to ask the manager for. @throws ServingError `SRV_MODEL_NAME_EMPTY`, `SRV_VERSION_INVALID` */
export function requestOf({ name: text, version, label }: ModelUse): ServableRequest {
  const name = parseModelName(text);
  if (version !== undefined) return { kind: 'version', name, version: parseVersion(version) };
  return label === undefined ? { kind: 'latest', name } : { kind: 'label', name, label };
}
