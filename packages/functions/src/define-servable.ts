import type { Batching, Logger, RunContext, ServableId } from '@servable/core';
import type { TensorsOf, ValueSpecs } from './tensor-types.ts';
import type { ModelCalls, NoUses, Uses } from './uses.ts';

/** What a function gets besides its inputs. */
export interface FunctionContext<Used extends Uses = Uses, State = unknown> extends RunContext {
  /** The version that runs. */
  readonly id: ServableId;
  /** The version's directory. */
  readonly directory: string;
  /** Calls the models that the servable uses. They get this request's signal, deadline and id. */
  readonly models: ModelCalls<Used>;
  /** What `load` gave. */
  readonly state: State;
  readonly logger: Logger;
}

/** What `load` gets. */
export interface SetupContext {
  readonly id: ServableId;
  /** The version's directory. */
  readonly directory: string;
  /** Aborted when the version is not wanted any more. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** One way to call a servable: `run`, `stream`, or both. */
export interface SignatureDefinition<Inputs extends ValueSpecs, Outputs extends ValueSpecs, Used extends Uses, State> {
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  /** `rows`: requests may be joined along axis 0, because each row of the answer depends on its own row alone. Default: `none`. */
  readonly batching?: Batching;
  /** Default: `tensorflow/serving/predict`. */
  readonly methodName?: string;
  /** Answers a request. Inputs are as declared, and only to be read; outputs are checked. */
  readonly run?: (inputs: TensorsOf<Inputs>, context: FunctionContext<Used, State>) => TensorsOf<Outputs> | Promise<TensorsOf<Outputs>>;
  /** Answers a request with many outputs. Ends early when the client goes away. */
  readonly stream?: (inputs: TensorsOf<Inputs>, context: FunctionContext<Used, State>) => AsyncIterable<TensorsOf<Outputs>>;
}

interface Common<Used extends Uses, State> {
  /** What the functions call: {@link model} and {@link part}. Default: nothing. */
  readonly uses?: Used;
  /** Bytes of memory that `load` and the functions take at most, without the parts. Default: 16 MiB. */
  readonly ramBytes?: number;
  /** Runs once, before the version is served; what it gives is the functions' `state`. Write it before them, for its type. */
  readonly load?: (context: SetupContext) => State | Promise<State>;
  /** Runs once, after the last request. */
  readonly unload?: (state: State) => void | Promise<void>;
}

/** A servable with one signature, `serving_default`. */
export interface OneSignature<Inputs extends ValueSpecs, Outputs extends ValueSpecs, Used extends Uses, State>
  extends Common<Used, State>,
    SignatureDefinition<Inputs, Outputs, Used, State> {}

/** Any signature of a servable, whatever its types. */
export interface AnySignature {
  readonly inputs: ValueSpecs;
  readonly outputs: ValueSpecs;
  readonly batching?: Batching;
  readonly methodName?: string;
  readonly run?: (inputs: never, context: never) => unknown;
  readonly stream?: (inputs: never, context: never) => AsyncIterable<unknown>;
}

/** Checks the types of one of several signatures, and gives it back. */
export type SignatureOf<Used extends Uses, State> = <const Inputs extends ValueSpecs, const Outputs extends ValueSpecs>(
  definition: SignatureDefinition<Inputs, Outputs, Used, State>,
) => SignatureDefinition<Inputs, Outputs, Used, State>;

/** A servable with several signatures, by name. */
export interface ManySignatures<Used extends Uses, State> extends Common<Used, State> {
  readonly signatures: (signature: SignatureOf<Used, State>) => Readonly<Record<string, AnySignature>>;
}

/** What a `servable.ts` exports. */
export interface ServableDefinition {
  readonly uses?: Uses;
  readonly ramBytes?: number;
  readonly signatures: Readonly<Record<string, AnySignature>>;
  readonly load?: (context: SetupContext) => unknown;
  readonly unload?: (state: never) => void | Promise<void>;
}

/** Defines a servable with one signature, `serving_default`; a `servable.ts` exports it as its default. */
export function defineServable<
  const Used extends Uses = NoUses,
  State = undefined,
  const Inputs extends ValueSpecs = ValueSpecs,
  const Outputs extends ValueSpecs = ValueSpecs,
>(definition: OneSignature<Inputs, Outputs, Used, State>): ServableDefinition {
  const { uses, ramBytes, load, unload, ...signature } = definition;
  return { ...commonOf({ uses, ramBytes, load, unload }), signatures: { serving_default: signature } };
}

/** Defines a servable with several signatures; a `servable.ts` exports it as its default. */
export function defineSignatures<const Used extends Uses = NoUses, State = undefined>(
  definition: ManySignatures<Used, State>,
): ServableDefinition {
  const { signatures, ...common } = definition;
  return { ...commonOf(common), signatures: signatures((each) => each) };
}

type Optional<Fields> = { readonly [Name in keyof Fields]?: Fields[Name] | undefined };

/** Without what was left out. */
function commonOf<State>({ uses, ramBytes, load, unload }: Optional<Common<Uses, State>>): Omit<ServableDefinition, 'signatures'> {
  return { ...(uses && { uses }), ...(ramBytes !== undefined && { ramBytes }), ...(load && { load }), ...(unload && { unload }) };
}
