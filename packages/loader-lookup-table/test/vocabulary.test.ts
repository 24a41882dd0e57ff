import { expect, it } from 'vitest';
import { ask, int64s, strings, TemporaryTables, valuesOf, withTable } from './temporary-table.ts';

const tables = new TemporaryTables();
const files = { 'words.vocab': 'the\na\n\ncafé\n' };

it('numbers tokens by their lines, and back', async () => {
  await withTable(tables.create({ files }), async (servable) => {
    const outputs = await ask(servable, 'vocabulary', { tokens: strings('café', 'the', '', 'nowhere') });
    expect(valuesOf(outputs.get('ids'))).toEqual([3n, 0n, 2n, -1n]);
    const tokens = await ask(servable, 'tokens', { ids: int64s(1, 3, 4, -1, 2n ** 62n) });
    expect(valuesOf(tokens.get('tokens'))).toEqual(['a', 'café', '[UNK]', '[UNK]', '[UNK]']);
  });
});

it('puts other tokens into buckets behind the last row, as TensorFlow does', async () => {
  await withTable(tables.create({ files, manifest: { vocabulary: { buckets: 3, unknown: '?' } } }), async (servable) => {
    const outputs = await ask(servable, 'serving_default', { tokens: strings('a', 'abc', 'hello world') });
    // Fingerprint64('abc') = 2640714258260161385, of 'hello world' 6381520714923946011: fixtures/wire/hashes.json.
    expect(valuesOf(outputs.get('ids'))).toEqual([1n, 4n + (2640714258260161385n % 3n), 4n + (6381520714923946011n % 3n)]);
    expect(valuesOf((await ask(servable, 'tokens', { ids: int64s(4) })).get('tokens'))).toEqual(['?']);
  });
});
