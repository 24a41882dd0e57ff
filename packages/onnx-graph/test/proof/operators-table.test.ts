import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RULE_FAMILIES } from '../../src/proof/rule-table.ts';

const DOCUMENT = join(import.meta.dirname, '../../../../docs/batching-operators.md');
const HEAD = `# Operators that the proof of row independence follows

Written by \`npx vitest run packages/onnx-graph/test/proof/operators-table.test.ts -u\` from the table of rules; [batching.md](batching.md) says how the
proof works. An operator that is not here ends it.

| operators | rows stay apart when |
| --- | --- |
`;

it('has every rule in docs/batching-operators.md', async () => {
  const rows = RULE_FAMILIES.map(({ title, domain, holds, rules }) => {
    const operators = Object.keys(rules).toSorted().map((name) => `\`${name}\``).join(' ');
    return `| **${title}**${domain === 'ai.onnx' ? '' : ` (${domain})`}: ${operators} | ${holds} |`;
  });
  await expect(`${HEAD}${rows.join('\n')}\n`).toMatchFileSnapshot(DOCUMENT);
});

it('has one rule for each operator', () => {
  const names = RULE_FAMILIES.flatMap(({ domain, rules }) => Object.keys(rules).map((name) => `${domain}::${name}`));
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

it('says only of operators it knows that they never fail', () => {
  for (const { rules, neverFails = [] } of RULE_FAMILIES) expect(Object.keys(rules)).toEqual(expect.arrayContaining([...neverFails]));
});
