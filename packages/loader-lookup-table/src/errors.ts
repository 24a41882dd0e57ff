import { defineErrors, type Status } from '@servable/core';

/** Every code of this package, with what its message is made of. */
export interface ErrorArguments {
  SRV_TABLE_NO_DATA: [directory: string];
  SRV_TABLE_SEVERAL_FILES: [directory: string, names: string];
  SRV_TABLE_MANIFEST_INVALID: [path: string, where: string, reason: string];
  SRV_TABLE_PLUGIN_OPTION_INVALID: [option: string, reason: string];
  SRV_TABLE_FILE_INVALID: [path: string, reason: string];
  SRV_TABLE_ROW_INVALID: [path: string, row: string, reason: string];
  SRV_TABLE_DUPLICATE_KEY: [path: string, key: string, row: string, earlier: string];
  SRV_TABLE_COLUMN_UNKNOWN: [path: string, column: string, known: string];
  SRV_TABLE_TOO_LARGE: [path: string, what: string, limit: string];
  SRV_TABLE_LOAD_LOST: [path: string, reason: string];
  SRV_TABLE_SEARCH_LOST: [reason: string];
  SRV_TABLE_LOOKUP_LOST: [reason: string];
  SRV_TABLE_INDEX_UNAVAILABLE: [path: string, reason: string];
  SRV_TABLE_BASE_MISSING: [path: string, base: string, reason: string];
  SRV_TABLE_BASE_MISMATCH: [path: string, base: string, reason: string];
  SRV_TABLE_UNLOADED: [];
  SRV_TABLE_SIGNATURE_UNKNOWN: [signature: string, known: string];
  SRV_TABLE_INPUT_INVALID: [input: string, reason: string];
  SRV_TABLE_KEY_UNKNOWN: [key: string];
  SRV_TABLE_KEY_OUTSIDE_SHARD: [key: string, shard: number, index: number, count: number];
}

type ErrorTable = {
  readonly [Code in keyof ErrorArguments]: { readonly status: Status; message(...args: ErrorArguments[Code]): string };
};

const table: ErrorTable = {
  SRV_TABLE_NO_DATA: {
    status: 'NOT_FOUND',
    message: (directory) => `There is no table in '${directory}': put one data file there, or a 'table.json' that names it`,
  },
  SRV_TABLE_SEVERAL_FILES: {
    status: 'FAILED_PRECONDITION',
    message: (directory, names) => `'${directory}' has several data files (${names}): name the one to serve as "file" in a 'table.json'`,
  },
  SRV_TABLE_MANIFEST_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (path, where, reason) => `'${path}' is not valid${where === '' ? '' : ` at ${where}`}: ${reason}`,
  },
  SRV_TABLE_PLUGIN_OPTION_INVALID: {
    status: 'INVALID_ARGUMENT',
    message: (option, reason) => `Option '${option}' of the lookup table plugin ${reason}`,
  },
  SRV_TABLE_FILE_INVALID: { status: 'INVALID_ARGUMENT', message: (path, reason) => `'${path}' cannot be read: ${reason}` },
  SRV_TABLE_ROW_INVALID: { status: 'INVALID_ARGUMENT', message: (path, row, reason) => `'${path}', ${row}: ${reason}` },
  SRV_TABLE_DUPLICATE_KEY: {
    status: 'INVALID_ARGUMENT',
    message: (path, key, row, earlier) => `'${path}', ${row}: the key ${key} is that of ${earlier} already`,
  },
  SRV_TABLE_COLUMN_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (path, column, known) => `'${path}' has no column '${column}': its columns are ${known}`,
  },
  SRV_TABLE_TOO_LARGE: {
    status: 'RESOURCE_EXHAUSTED',
    message: (path, what, limit) => `'${path}' has more ${what} than the ${limit} that one table can hold: serve it in shards`,
  },
  SRV_TABLE_LOAD_LOST: { status: 'INTERNAL', message: (path, reason) => `Loading '${path}' ended early: ${reason}` },
  SRV_TABLE_SEARCH_LOST: { status: 'INTERNAL', message: (reason) => `The table's search thread ended: ${reason}` },
  SRV_TABLE_LOOKUP_LOST: { status: 'INTERNAL', message: (reason) => `The table's look-up thread ended: ${reason}` },
  SRV_TABLE_INDEX_UNAVAILABLE: {
    status: 'FAILED_PRECONDITION',
    message: (path, reason) =>
      `'${path}' asks for "index": "hnsw", which needs the package 'usearch', version 2.25.3 or a later 2.x: ${reason}. ` +
      'Install it beside the server (npm install usearch@2.25.3), or leave "index" out for an exact search',
  },
  SRV_TABLE_BASE_MISSING: {
    status: 'NOT_FOUND',
    message: (path, base, reason) => `'${path}' builds on version ${base}, which cannot be had: ${reason}`,
  },
  SRV_TABLE_BASE_MISMATCH: {
    status: 'INVALID_ARGUMENT',
    message: (path, base, reason) => `'${path}' does not fit version ${base}, which it builds on: ${reason}`,
  },
  SRV_TABLE_UNLOADED: { status: 'UNAVAILABLE', message: () => 'The table was unloaded' },
  SRV_TABLE_SIGNATURE_UNKNOWN: {
    status: 'INVALID_ARGUMENT',
    message: (signature, known) => `The table has no signature '${signature}': its signatures are ${known}`,
  },
  SRV_TABLE_INPUT_INVALID: { status: 'INVALID_ARGUMENT', message: (input, reason) => `Input '${input}' ${reason}` },
  SRV_TABLE_KEY_UNKNOWN: { status: 'NOT_FOUND', message: (key) => `The table has no key ${key}` },
  SRV_TABLE_KEY_OUTSIDE_SHARD: {
    status: 'OUT_OF_RANGE',
    message: (key, shard, index, count) => `Key ${key} is of shard ${shard}, this is shard ${index} of ${count}: send it to that one`,
  },
};

/** Makes one of this package's errors. */
export const tableError: ReturnType<typeof defineErrors<ErrorArguments>> = defineErrors<ErrorArguments>(table);
