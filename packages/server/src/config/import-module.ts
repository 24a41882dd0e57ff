import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { messageOf } from '@servable/core';
import { createJiti, type Jiti } from 'jiti';
import { serverError } from '../errors.ts';

export interface ImportOptions {
  /** Whether Node itself runs TypeScript; else it goes through jiti. Default: what this Node says. */
  readonly hasNativeTypescript?: boolean;
  /** How often this file was run before: Node keeps what it ran, but not for another query. Default: 0. */
  readonly generation?: number;
}

/**
 * Runs a JavaScript or TypeScript file and gives its default export.
 *
 * @throws ServingError `SRV_CONFIG_FILE_UNREADABLE` with `file:line` of the fault, as far as it can be told
 */
export async function importDefault(file: string, options: ImportOptions = {}): Promise<unknown> {
  let namespace: unknown;
  try {
    namespace = await importFile(file, options);
  } catch (error) {
    const { location, reason } = await explainImportError(file, error);
    throw serverError('SRV_CONFIG_FILE_UNREADABLE', [location, reason], { cause: error });
  }
  return defaultOf(namespace, file);
}

/** `process.features.typescript` is missing before Node 22.10. */
function isTypescriptNative(): boolean {
  return Boolean((process.features as { readonly typescript?: unknown }).typescript);
}

async function importFile(file: string, { hasNativeTypescript = isTypescriptNative(), generation = 0 }: ImportOptions): Promise<unknown> {
  if (/\.[cm]?ts$/.test(file) && !hasNativeTypescript) return importByJiti(file);
  try {
    return await import(/* @vite-ignore */ pathToFileURL(file).href + queryOf(generation));
  } catch (error) {
    // Enums and the like are more than stripping types: jiti compiles them.
    if (codeOf(error) === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return importByJiti(file);
    throw error;
  }
}

function queryOf(generation: number): string {
  return generation === 0 ? '' : `?generation=${generation}`;
}

function importByJiti(file: string): Promise<unknown> {
  return jitiFor(file).import(file);
}

/** No caches: a config is read once, and one that was edited must not be an old one. */
function jitiFor(file: string): Jiti {
  return createJiti(file, { fsCache: false, moduleCache: false, interopDefault: false });
}

function defaultOf(namespace: unknown, file: string): unknown {
  if (typeof namespace === 'object' && namespace !== null && 'default' in namespace) return namespace.default;
  throw serverError('SRV_CONFIG_FILE_UNREADABLE', [file, 'has no default export: end it with export default']);
}

interface ImportFault {
  readonly location: string;
  readonly reason: string;
}

async function explainImportError(file: string, error: unknown): Promise<ImportFault> {
  const reason = reasonOf(error);
  const missing = missingSpecifier(error);
  if (missing !== undefined) {
    const cure = /^[./]/.test(missing) ? 'check the path, its extension too' : `run npm install ${packageOf(missing)}`;
    return { location: await locateText(file, missing), reason: `cannot find '${missing}': ${cure}` };
  }
  const located = locateError(error, file) ?? (await locateSyntaxError(error, file));
  return { location: located ?? file, reason };
}

function reasonOf(error: unknown): string {
  const message = messageOf(error).split('\n')[0] ?? '';
  const parsed = message.replace(/^ParseError:\s*/, '').trim();
  return error instanceof Error && error.name !== 'Error' && error.name !== 'ServingError' ? `${error.name}: ${parsed}` : parsed;
}

const MISSING_CODES = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

function missingSpecifier(error: unknown): string | undefined {
  if (!MISSING_CODES.has(codeOf(error))) return undefined;
  return /Cannot find (?:package|module) '([^']+)'/.exec(messageOf(error))?.[1];
}

/** `@scope/name/sub` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Node tells which package it misses but not the line; the specifier, or its last part when Node made a path of it, does. */
async function locateText(file: string, specifier: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const part = specifier.startsWith('/') ? specifier.slice(specifier.lastIndexOf('/') + 1) : specifier;
  const line = text.split('\n').findIndex((each) => each.includes(part)) + 1;
  return line === 0 ? file : `${file}:${line}`;
}

/** From a stack: TypeScript errors begin with `file:line`, others have the file among their frames. */
function locateError(error: unknown, file: string): string | undefined {
  const stack = error instanceof Error ? `${error.stack ?? ''}\n${error.message}`.replaceAll(/\?generation=\d+/g, '') : '';
  for (const name of [pathToFileURL(file).href, file]) {
    const start = stack.indexOf(`${name}:`);
    const position = start === -1 ? null : /^\d+(?::\d+)?/.exec(stack.slice(start + name.length + 1));
    if (position !== null) return `${file}:${position[0]}`;
  }
  return undefined;
}

/** V8 says where a syntax error of an ES module is only on a crash; jiti's parser says it. It runs nothing of a file like that. */
async function locateSyntaxError(error: unknown, file: string): Promise<string | undefined> {
  if (!(error instanceof SyntaxError)) return undefined;
  try {
    await importByJiti(file);
    return undefined;
  } catch (parseError) {
    return locateError(parseError, file);
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
