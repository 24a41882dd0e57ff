import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { messageOf } from '@servable/core';
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { serverError } from '../errors.ts';
import type { ConfigKey } from './config-path.ts';
import { importDefault, type ImportOptions } from './import-module.ts';

/** A config file's content, not checked yet. */
export interface ConfigFile {
  readonly file: string;
  readonly content: unknown;
  /** `file:line:column` of a value, of the nearest value around it, or only the file where lines are not known. */
  locate(keys: readonly ConfigKey[]): string;
}

/** @throws ServingError `SRV_CONFIG_FILE_UNREADABLE` */
export async function readConfigFile(file: string, options?: ImportOptions): Promise<ConfigFile> {
  switch (extname(file)) {
    case '.json':
      return readJson(file, await readText(file));
    case '.yaml':
    case '.yml':
      return readYaml(file, await readText(file));
    case '.ts':
    case '.mts':
    case '.cts':
    case '.js':
    case '.mjs':
    case '.cjs':
      return { file, content: await importDefault(file, options), locate: () => file };
    default:
      throw serverError('SRV_CONFIG_FILE_UNREADABLE', [file, 'is no config by its extension: use .ts, .mts, .js, .mjs, .json, .yaml or .yml']);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw serverError('SRV_CONFIG_FILE_UNREADABLE', [file, messageOf(error)], { cause: error });
  }
}

function readYaml(file: string, text: string): ConfigFile {
  const { document, lines } = parseYaml(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw serverError('SRV_CONFIG_FILE_UNREADABLE', [`${file}:${line}:${col}`, firstLine(error.message)], { cause: error });
  }
  // `maxAliasCount` keeps aliases of aliases from growing without end; it throws.
  return { file, content: unreadableOnThrow(file, (): unknown => document.toJS({ maxAliasCount: 100 })), locate: locator(file, document, lines) };
}

function readJson(file: string, text: string): ConfigFile {
  // JSON is YAML, so YAML's parser knows where things stand; JSON.parse alone decides what is JSON.
  const { document, lines } = parseYaml(text);
  const unreadableAt = (offset: number, reason: string, cause: unknown): Error => {
    const { line, col } = lines.linePos(offset);
    return serverError('SRV_CONFIG_FILE_UNREADABLE', [`${file}:${line}:${col}`, reason], { cause });
  };
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw unreadableAt(jsonErrorOffset(text, error), messageOf(error).replace(/ (?:in JSON )?at position .*$/, ''), error);
  }
  // JSON.parse takes the last of two equal names and drops the others in silence.
  const repeated = document.errors.find(({ code }) => code === 'DUPLICATE_KEY');
  if (repeated !== undefined) throw unreadableAt(repeated.pos[0], 'a name stands twice in one object: remove one', repeated);
  return { file, content, locate: locator(file, document, lines) };
}

function parseYaml(text: string): { readonly document: Document.Parsed; readonly lines: LineCounter } {
  const lines = new LineCounter();
  return { document: parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: 'error' }), lines };
}

/** V8 gives an offset for most faults; those without one are at the end. */
function jsonErrorOffset(text: string, error: unknown): number {
  const offset = /position (\d+)/.exec(messageOf(error))?.[1];
  return offset === undefined ? Math.max(0, text.trimEnd().length - 1) : Number(offset);
}

function locator(file: string, document: Document.Parsed, lines: LineCounter): ConfigFile['locate'] {
  return (keys) => {
    for (let length = keys.length; length >= 0; length--) {
      const node: unknown = document.getIn(keys.slice(0, length), true);
      if (!isNode(node) || node.range === undefined || node.range === null) continue;
      const { line, col } = lines.linePos(node.range[0]);
      return `${file}:${line}:${col}`;
    }
    return file;
  };
}

function unreadableOnThrow<Value>(file: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw serverError('SRV_CONFIG_FILE_UNREADABLE', [file, messageOf(error)], { cause: error });
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
