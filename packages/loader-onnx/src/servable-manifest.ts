import type { Batching } from '@servable/core';
import { messageOf } from '@servable/core';
import { Ajv, type ErrorObject } from 'ajv';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loaderError } from './errors.ts';
import { SERVABLE_MANIFEST_SCHEMA } from './servable-manifest-schema.ts';

/** One signature as `servable.json` writes it. */
export interface ManifestSignature {
  readonly method?: 'predict' | 'classify' | 'regress';
  /** Graph names by the names that clients use. Default: every input under its own name. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Graph names by the names that clients use. Default: every output that can be served, under its own name. */
  readonly outputs?: Readonly<Record<string, string>>;
  /** Values of inputs that a request may leave out, by the names that clients use. */
  readonly defaults?: Readonly<Record<string, ManifestTensor>>;
  readonly batching?: Batching;
}

/** A tensor as `servable.json` writes it: values row by row; 64-bit integers may be text. */
export interface ManifestTensor {
  readonly shape: readonly number[];
  readonly values: readonly (number | string | boolean)[];
}

/** A version directory's `servable.json`. */
export interface ServableManifest {
  readonly signatures?: Readonly<Record<string, ManifestSignature>>;
}

export const MANIFEST_FILE = 'servable.json';
const MAX_MANIFEST_BYTES = 2 ** 20;

/**
 * Reads `servable.json`; an empty one when there is none.
 *
 * @throws ServingError `SRV_ONNX_MANIFEST_INVALID`
 */
export async function readManifest(directory: string): Promise<ServableManifest> {
  const path = join(directory, MANIFEST_FILE);
  let text: string;
  try {
    const { size, isFile } = await look(path);
    if (!isFile || size > MAX_MANIFEST_BYTES) throw new Error(`it is ${isFile ? `${size} bytes long, ${MAX_MANIFEST_BYTES} are allowed` : 'not a file'}`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    // ENOTDIR: the version is a single file, which has no manifest.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return {};
    throw loaderError('SRV_ONNX_MANIFEST_INVALID', [path, '', messageOf(error)], { cause: error });
  }
  return parseManifest(text, path);
}

async function look(path: string): Promise<{ size: number; isFile: boolean }> {
  const found = await stat(path);
  return { size: found.size, isFile: found.isFile() };
}

/** @throws ServingError `SRV_ONNX_MANIFEST_INVALID` */
export function parseManifest(text: string, path: string): ServableManifest {
  const value = parseJson(text, path);
  const validate = new Ajv({ verbose: true, allowUnionTypes: true }).compile<ServableManifest>(SERVABLE_MANIFEST_SCHEMA);
  if (validate(value)) return value;
  const [fault] = validate.errors ?? [];
  throw loaderError('SRV_ONNX_MANIFEST_INVALID', [path, fault?.instancePath ?? '', fault === undefined ? 'it does not fit' : reasonOf(fault)]);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw loaderError('SRV_ONNX_MANIFEST_INVALID', [path, '', messageOf(error)], { cause: error });
  }
}

function reasonOf(fault: ErrorObject): string {
  const params: Record<string, unknown> = fault.params;
  if (fault.keyword === 'additionalProperties') {
    const known = Object.keys((fault.parentSchema?.['properties'] as object | undefined) ?? {});
    return `'${String(params['additionalProperty'])}' is not known; known are ${known.join(', ')}`;
  }
  const value = JSON.stringify(fault.data) ?? 'undefined';
  const got = value.length > 80 ? `${value.slice(0, 80)}…` : value;
  const allowed = Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : '';
  return `got ${got}, which ${fault.message ?? 'does not fit'}${allowed}`;
}
