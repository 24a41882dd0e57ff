import { messageOf, type PluginCommand, ServingError } from '@servable/core';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compact } from './delta/apply-delta.ts';
import { tableError } from './errors.ts';
import { loadTable } from './load/load-table.ts';
import { buildHnsw } from './search/build-hnsw.ts';
import { INDEX_FILE } from './search/hnsw-file.ts';
import { writeTableFile } from './storage/table-file.ts';
import type { Table } from './storage/table.ts';
import { BUILT_FILE } from './table-files.ts';
import { MANIFEST_FILE, type TableManifest } from './table-manifest.ts';

const USAGE = `Usage: servable build-table <version directory> [--out <file>]

Reads a table, with all versions that it builds on, and writes it as one file that opens in a few large reads:
table.servable-table in the version directory, or the file that --out names. A version directory with such a file
is served from it. With "index": "hnsw" in table.json the index is written beside it, table.servable-index, so that a load need not build
it; not for another --out.`;

/** `servable build-table`. */
export function buildTableCommand(): PluginCommand {
  return { name: 'build-table', summary: 'write a table as one file that opens at once', run: buildTableFile };
}

async function buildTableFile(args: readonly string[], { print }: { readonly print: (text: string) => void }): Promise<number> {
  const parsed = parse(args);
  if (typeof parsed === 'string' || parsed.directory === undefined) {
    print(typeof parsed === 'string' ? `${parsed}\n\n${USAGE}` : USAGE);
    return typeof parsed === 'object' && parsed.isHelp ? 0 : 2;
  }
  const directory = resolve(parsed.directory);
  const out = parsed.out === undefined ? join(directory, BUILT_FILE) : resolve(parsed.out);
  try {
    const { layers, manifest } = await loadTable(directory, { loaded: new Map(), cache: undefined });
    const table = compact(layers);
    const bytes = await writeTableFile(out, table);
    print(`${out}: ${table.rows} rows, ${bytes} bytes`);
    if (parsed.out === undefined && manifest.nearest?.index === 'hnsw' && table.embedding !== undefined && table.rows > 0) print(await writeIndex(directory, table, manifest));
    return 0;
  } catch (error) {
    if (!ServingError.is(error)) throw error;
    print(error.message);
    return 1;
  }
}

async function writeIndex(directory: string, table: Table, { nearest }: TableManifest): Promise<string> {
  const beside = join(directory, INDEX_FILE);
  const files = { beside, cacheDirectory: undefined, keepBeside: true };
  const { metric = 'cosine' } = nearest ?? {};
  const { thread } = await buildHnsw({ layers: { base: table, delta: undefined }, metric, path: join(directory, MANIFEST_FILE), files }, new AbortController().signal);
  await thread.close();
  try {
    return `${beside}: ${(await stat(beside)).size} bytes`;
  } catch (error) {
    throw tableError('SRV_TABLE_FILE_INVALID', [beside, `the index could not be written: ${messageOf(error)}`], { cause: error });
  }
}

interface BuildArguments {
  readonly directory: string | undefined;
  readonly out: string | undefined;
  readonly isHelp: boolean;
}

function parse(args: readonly string[]): BuildArguments | string {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: { out: { type: 'string' }, help: { type: 'boolean', short: 'h' } }, allowPositionals: true });
    if (positionals.length > 1) return `one directory at a time, got ${positionals.join(' ')}`;
    return { directory: values.help === true ? undefined : positionals[0], out: values.out, isHelp: values.help === true };
  } catch (error) {
    return messageOf(error);
  }
}
