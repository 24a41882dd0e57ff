import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OP_FAMILIES } from '../../src/compile/ops/op-table.ts';

const DOCUMENT = join(import.meta.dirname, '../../../../docs/savedmodel.md');
const [BEGIN, END] = ['<!-- ops: begin -->', '<!-- ops: end -->'];

it('has every op that is covered in docs/savedmodel.md', async () => {
  const rows = OP_FAMILIES.map(({ title, ops }) => `| ${title} | ${Object.keys(ops).toSorted().map((op) => `\`${op}\``).join(' ')} |`);
  const table = ['| family | ops |', '| --- | --- |', ...rows].join('\n');
  const text = readFileSync(DOCUMENT, 'utf8');
  const [before, after] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END))];
  await expect(`${before}${BEGIN}\n${table}\n${after}`).toMatchFileSnapshot(DOCUMENT);
});

it('has each op in one family', () => {
  const ops = OP_FAMILIES.flatMap((family) => Object.keys(family.ops));
  expect(ops.filter((op, at) => ops.indexOf(op) !== at)).toEqual([]);
});
