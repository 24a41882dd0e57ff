import type { TensorsOf, ValueSpecs } from './tensor-types.ts';

interface CallOptions<Inputs extends ValueSpecs, Outputs extends ValueSpecs> {
  /** Default: `serving_default`. */
  readonly signature?: string;
  /** What goes in, for its types. */
  readonly inputs?: Inputs;
  /** What is wanted, for its types and to compute nothing else; checked against every answer. Default: all outputs. */
  readonly outputs?: Outputs;
}

/** How another model is called. */
export interface ModelUseOptions<Inputs extends ValueSpecs, Outputs extends ValueSpecs> extends CallOptions<Inputs, Outputs> {
  /** Default: the highest ready version. */
  readonly version?: number | string | bigint;
  /** Instead of a version. */
  readonly label?: string;
}

/** How a part is loaded and called. */
export interface PartUseOptions<Inputs extends ValueSpecs, Outputs extends ValueSpecs> extends CallOptions<Inputs, Outputs> {
  /** Which loader. Default: the one that recognizes the files. */
  readonly platform?: string;
  /** The loader's own. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Another model of the same server, called at whatever version is ready then. */
export interface ModelUse<Inputs extends ValueSpecs = ValueSpecs, Outputs extends ValueSpecs = ValueSpecs> extends ModelUseOptions<Inputs, Outputs> {
  readonly kind: 'model';
  readonly name: string;
}

/** A model that belongs to this version: loaded, swapped and unloaded with it. */
export interface PartUse<Inputs extends ValueSpecs = ValueSpecs, Outputs extends ValueSpecs = ValueSpecs> extends PartUseOptions<Inputs, Outputs> {
  readonly kind: 'part';
  readonly path: string;
}

/** What a servable calls. */
export type Use<Inputs extends ValueSpecs = ValueSpecs, Outputs extends ValueSpecs = ValueSpecs> = ModelUse<Inputs, Outputs> | PartUse<Inputs, Outputs>;

/** What a servable calls, by the names it calls them by. */
export type Uses = Readonly<Record<string, Use>>;

/** A servable that calls nothing. */
export type NoUses = Readonly<Record<string, never>>;

/** Calls another model. */
export interface ModelCall<Inputs extends ValueSpecs, Outputs extends ValueSpecs> {
  /** @throws ServingError those of `Manager.acquire` and of the model; `SRV_FUNCTION_CALL_INVALID`, `SRV_FUNCTION_CALL_TOO_DEEP` */
  (inputs: TensorsOf<Inputs>): Promise<TensorsOf<Outputs>>;
  /** One answer after the other; of a model that does not stream, its one answer. */
  stream(inputs: TensorsOf<Inputs>): AsyncIterable<TensorsOf<Outputs>>;
}

/** The calls of what a servable uses, by the same names. */
export type ModelCalls<Used extends Uses> = {
  readonly [Name in keyof Used]: Used[Name] extends Use<infer Inputs, infer Outputs> ? ModelCall<Inputs, Outputs> : never;
};

/** Says that a servable calls another model of the same server. */
export function model<const Inputs extends ValueSpecs = ValueSpecs, const Outputs extends ValueSpecs = ValueSpecs>(
  name: string,
  options: ModelUseOptions<Inputs, Outputs> = {},
): ModelUse<Inputs, Outputs> {
  return { ...options, kind: 'model', name };
}

/** Says that a servable is made of a model whose files are at `path`, from the version's directory on. */
export function part<const Inputs extends ValueSpecs = ValueSpecs, const Outputs extends ValueSpecs = ValueSpecs>(
  path: string,
  options: PartUseOptions<Inputs, Outputs> = {},
): PartUse<Inputs, Outputs> {
  return { ...options, kind: 'part', path };
}
