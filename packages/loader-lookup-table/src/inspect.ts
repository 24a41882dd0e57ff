import type { Inspection } from '@servable/core';
import { join } from 'node:path';
import { loadWithoutBlocking } from './load/load-without-blocking.ts';
import { TableView } from './run/table-view.ts';
import { layeredBytes, type LayeredTable, liveRows } from './storage/layers.ts';
import { TableSearch } from './search/table-search.ts';
import type { TableCache } from './load/table-cache.ts';
import { MANIFEST_FILE, type TableManifest } from './table-manifest.ts';
import { tableOperations } from './table-signatures.ts';

/** What a version's files say. Reads them whole: only the rows tell the types of text, and whether they are good. */
export async function inspectTable(directory: string, cache: TableCache | undefined): Promise<Inspection> {
  const { layers, manifest } = await loadWithoutBlocking(directory, { loaded: new Map(), cache }, new AbortController().signal);
  const operations = tableOperations({ view: new TableView(layers), search: new TableSearch(layers), manifest, path: join(directory, MANIFEST_FILE) });
  return {
    signatures: new Map(Array.from(operations, ([name, { signature }]) => [name, signature])),
    facts: describeFacts(layers, manifest),
    notes: [],
  };
}

function describeFacts(layers: LayeredTable, { shard, base }: TableManifest): Inspection['facts'] {
  const { keys, keyName, columns, embedding } = layers.base;
  const rows = liveRows(layers);
  const bytes = layeredBytes(layers);
  const facts: [label: string, value: string][] = [
    ['rows', String(rows)],
    ['key', `${keyName} (${keys.dtype})`],
    ['columns', columns.map(({ name, dtype, shape }) => `${name} ${dtype}${shape.length === 0 ? '' : `[${shape.join()}]`}`).join(', ')],
    ['embedding', embedding === undefined ? '' : `${embedding.name} ${embedding.matrix.dtype}[${embedding.matrix.dim}]`],
    ['base', base === undefined ? '' : `version ${base}, ${deltaText(layers)}`],
    ['shard', shard === undefined ? '' : `${shard.index} of ${shard.count}`],
    ['memory', `${bytes} bytes${rows === 0 ? '' : `, ${(bytes / rows).toFixed(1)} a row`}`],
  ];
  return facts.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }));
}

function deltaText({ delta }: LayeredTable): string {
  return delta === undefined ? 'compacted into one table' : `${delta.table.rows} rows over it, ${delta.hiddenRows} of it hidden`;
}
