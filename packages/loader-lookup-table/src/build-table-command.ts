import { messageOf, type PluginCommand, ServingError } from '@servable/core';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compact } from './delta/apply-delta.ts';
import { loadTable } from './load/load-table.ts';
import { writeTableFile } from './storage/table-file.ts';
import { BUILT_FILE } from './table-files.ts';

const USAGE = `Usage: servable build-table <version directory> [--out <file>]

Reads a table, with all versions that it builds on, and writes it as one file that opens in a few large reads:
table.servable-table in the version directory, or the file that --out names. A version directory with such a file
is served from it.`;

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
    const table = compact((await loadTable(directory, { loaded: new Map(), cache: undefined })).layers);
    const bytes = await writeTableFile(out, table);
    print(`${out}: ${table.rows} rows, ${bytes} bytes`);
    return 0;
  } catch (error) {
    if (!ServingError.is(error)) throw error;
    print(error.message);
    return 1;
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
