import { type Dimension, type DType, METHOD_NAMES, type Signature, storageOf, type TensorSpec } from '@servable/core';
import type { AnySignature, ServableDefinition } from './define-servable.ts';
import { findDefinitionFile, importDefinition } from './definition-file.ts';
import { functionError } from './errors.ts';
import type { Use } from './uses.ts';

const DEFAULT_RAM_BYTES = 16 * 2 ** 20;

/** One signature, checked: what clients see, and what runs. */
export interface FunctionSignature {
  readonly signature: Signature;
  readonly run: AnySignature['run'];
  readonly stream: AnySignature['stream'];
}

/** A definition whose parts are known to be of the right kinds. */
export interface CheckedDefinition {
  readonly uses: ReadonlyMap<string, Use>;
  readonly ramBytes: number;
  readonly signatures: ReadonlyMap<string, FunctionSignature>;
  readonly load: ServableDefinition['load'];
  readonly unload: ServableDefinition['unload'];
}

/**
 * Finds, runs and checks the definition of a version.
 *
 * @throws ServingError `SRV_FUNCTION_FILE_MISSING`, `SRV_FUNCTION_FILE_AMBIGUOUS`, `SRV_FUNCTION_FILE_FAILED`,
 * `SRV_FUNCTION_DEFINITION_INVALID`
 */
export async function readDefinition(directory: string): Promise<CheckedDefinition> {
  const file = await findDefinitionFile(directory);
  return checkDefinition(file, await importDefinition(file));
}

/** Checks what a file exports: plain JavaScript has no types that did. */
export function checkDefinition(file: string, exported: unknown): CheckedDefinition {
  const check = new Checker(file);
  const definition = check.object('its default export', exported);
  const signatures = Object.entries(check.object('signatures', definition['signatures']));
  if (signatures.length === 0) check.fail('signatures', 'is empty: give one, such as serving_default');
  return {
    uses: new Map(Object.entries(check.object('uses', definition['uses'] ?? {})).map(([name, use]) => [name, check.use(name, use)])),
    ramBytes: check.bytes('ramBytes', definition['ramBytes'] ?? DEFAULT_RAM_BYTES),
    signatures: new Map(signatures.map(([name, signature]) => [name, check.signature(name, signature)])),
    load: check.optionalFunction('load', definition['load']) as ServableDefinition['load'],
    unload: check.optionalFunction('unload', definition['unload']) as ServableDefinition['unload'],
  };
}

type Fields = Readonly<Record<string, unknown>>;

class Checker {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  fail(where: string, reason: string): never {
    throw functionError('SRV_FUNCTION_DEFINITION_INVALID', [this.#file, where, reason]);
  }

  object(where: string, value: unknown): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fail(where, `is ${show(value)}: it must be an object, as defineServable makes it`);
    }
    return value as Fields;
  }

  optionalFunction(where: string, value: unknown): unknown {
    if (value !== undefined && typeof value !== 'function') this.fail(where, `is ${show(value)}: it must be a function`);
    return value;
  }

  bytes(where: string, value: unknown): number {
    if (typeof value !== 'number' || !(value >= 0)) this.fail(where, `is ${show(value)}: it must be a number of bytes`);
    return value;
  }

  use(name: string, value: unknown): Use {
    const use = this.object(`uses.${name}`, value);
    const key = use['kind'] === 'part' ? 'path' : 'name';
    if (use['kind'] !== 'part' && use['kind'] !== 'model') this.fail(`uses.${name}`, "was made by neither model('…') nor part('…')");
    if (typeof use[key] !== 'string' || use[key] === '') this.fail(`uses.${name}.${key}`, `is ${show(use[key])}: it must be a text`);
    if (use['version'] !== undefined && use['label'] !== undefined) this.fail(`uses.${name}`, 'has a version and a label: give one of them');
    return value as Use;
  }

  signature(name: string, value: unknown): FunctionSignature {
    const where = `signatures.${name}`;
    const { inputs, outputs, batching = 'none', methodName = METHOD_NAMES.predict, run, stream } = this.object(where, value);
    if (batching !== 'rows' && batching !== 'none') this.fail(`${where}.batching`, `is ${show(batching)}: it must be 'rows' or 'none'`);
    if (typeof methodName !== 'string') this.fail(`${where}.methodName`, `is ${show(methodName)}: it must be a text`);
    if (run === undefined && stream === undefined) this.fail(where, 'has neither a run nor a stream function');
    this.optionalFunction(`${where}.run`, run);
    this.optionalFunction(`${where}.stream`, stream);
    const specs = { inputs: this.#specs(`${where}.inputs`, inputs), outputs: this.#specs(`${where}.outputs`, outputs) };
    return {
      signature: { methodName, ...specs, defaults: new Map(), batching },
      run: run as AnySignature['run'],
      stream: stream as AnySignature['stream'],
    };
  }

  #specs(where: string, value: unknown): ReadonlyMap<string, TensorSpec> {
    return new Map(Object.entries(this.object(where, value)).map(([name, spec]) => [name, this.#spec(`${where}.${name}`, spec)]));
  }

  #spec(where: string, value: unknown): TensorSpec {
    const { dtype, shape } = typeof value === 'string' ? { dtype: value, shape: undefined } : this.object(where, value);
    if (!isDType(dtype)) this.fail(where, `has the dtype ${show(dtype)}: write one such as 'FP32', 'INT64', 'BOOL' or 'BYTES'`);
    if (shape !== undefined && !isShape(shape)) this.fail(`${where}.shape`, `is ${show(shape)}: write sizes, -1 for any, or names, such as [-1, 3]`);
    return { dtype: dtype as DType, shape: shape as readonly Dimension[] | undefined };
  }
}

function isDType(value: unknown): boolean {
  return typeof value === 'string' && (value === 'BYTES' || storageOf(value as DType) !== undefined);
}

function isShape(value: unknown): boolean {
  return Array.isArray(value) && value.every((size) => typeof size === 'string' || (Number.isInteger(size) && size >= -1));
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (value === undefined || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? `[${value.map(show).join(', ')}]` : `of type ${value === null ? 'null' : typeof value}`;
}
