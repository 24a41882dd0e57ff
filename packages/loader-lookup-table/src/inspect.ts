import type { Inspection } from '@servable/core';
import { join } from 'node:path';
import { loadWithoutBlocking } from './load/load-without-blocking.ts';
import { TableView } from './run/table-view.ts';
import { type Table, tableBytes } from './storage/table.ts';
import { MANIFEST_FILE, type TableManifest } from './table-manifest.ts';
import { tableOperations } from './table-signatures.ts';

/** What a version's files say. Reads them whole: only the rows tell the types of text, and whether they are good. */
export async function inspectTable(directory: string): Promise<Inspection> {
  const { table, manifest } = await loadWithoutBlocking(directory, new AbortController().signal);
  const operations = tableOperations(new TableView(table), manifest, join(directory, MANIFEST_FILE));
  return {
    signatures: new Map(Array.from(operations, ([name, { signature }]) => [name, signature])),
    facts: describeFacts(table, manifest),
    notes: [],
  };
}

function describeFacts(table: Table, { shard }: TableManifest): Inspection['facts'] {
  const { keys, keyName, columns, embedding, rows } = table;
  const bytes = tableBytes(table);
  const facts: [label: string, value: string][] = [
    ['rows', String(rows)],
    ['key', `${keyName} (${keys.dtype})`],
    ['columns', columns.map(({ name, dtype, shape }) => `${name} ${dtype}${shape.length === 0 ? '' : `[${shape.join()}]`}`).join(', ')],
    ['embedding', embedding === undefined ? '' : `${embedding.name} ${embedding.matrix.dtype}[${embedding.matrix.dim}]`],
    ['shard', shard === undefined ? '' : `${shard.index} of ${shard.count}`],
    ['memory', `${bytes} bytes${rows === 0 ? '' : `, ${(bytes / rows).toFixed(1)} a row`}`],
  ];
  return facts.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }));
}
