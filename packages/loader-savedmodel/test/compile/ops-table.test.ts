import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FUSIONS } from '../../src/compile/fuse/fusion-table.ts';
import { OP_FAMILIES } from '../../src/compile/ops/op-table.ts';
import { HOST_FAMILIES } from '../../src/host/host-table.ts';

const DOCUMENT = join(import.meta.dirname, '../../../../docs/savedmodel.md');

interface Family {
  readonly title: string;
  readonly ops: Readonly<Record<string, unknown>>;
}

function withTable(text: string, marker: string, families: readonly Family[]): string {
  const rows = families.map(({ title, ops }) => `| ${title} | ${Object.keys(ops).toSorted().map((op) => `\`${op}\``).join(' ')} |`);
  return withLines(text, marker, ['| family | ops |', '| --- | --- |', ...rows]);
}

function withLines(text: string, marker: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${marker}: begin -->`, `<!-- ${marker}: end -->`];
  return [text.slice(0, text.indexOf(begin)) + begin, ...lines, text.slice(text.indexOf(end))].join('\n');
}

it('has every op that is covered in docs/savedmodel.md', async () => {
  const text = withTable(readFileSync(DOCUMENT, 'utf8'), 'ops', OP_FAMILIES);
  await expect(withTable(text, 'host ops', HOST_FAMILIES)).toMatchFileSnapshot(DOCUMENT);
});

it('has every fusion there', async () => {
  const lines = FUSIONS.map(({ title }) => `- ${title}`);
  await expect(withLines(readFileSync(DOCUMENT, 'utf8'), 'fusions', lines)).toMatchFileSnapshot(DOCUMENT);
});

it('has each op in one family', () => {
  const ops = [...OP_FAMILIES, ...HOST_FAMILIES].flatMap((family) => Object.keys(family.ops));
  expect(ops.filter((op, at) => ops.indexOf(op) !== at)).toEqual([]);
});
