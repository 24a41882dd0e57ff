import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseManifest, readManifest } from '../src/servable-manifest.ts';
import { directoryWith } from './onnx-builder.ts';

it('is empty where there is no servable.json', async () => {
  expect(await readManifest(directoryWith({}))).toEqual({});
});

it('reads every part of a signature', () => {
  const signature = { method: 'classify', inputs: { a: 'x' }, outputs: { b: 'y' }, defaults: { a: { shape: [1], values: [1] } }, batching: 'rows' };
  expect(parseManifest(JSON.stringify({ $schema: 'x', signatures: { s: signature } }), 'p')).toEqual({ $schema: 'x', signatures: { s: signature } });
});

it.each([
  ['no JSON', '{', '', /JSON/],
  ['no object', '[]', '', /got \[\], which must be object/],
  ['a key that is not known', '{"signature": {}}', '', /'signature' is not known; known are \$schema, signatures/],
  ['a key of a signature that is not known', '{"signatures": {"s": {"input": {}}}}', '/signatures/s', /'input' is not known; known are method, inputs/],
  ['another method', '{"signatures": {"s": {"method": "guess"}}}', '/signatures/s/method', /got "guess".*predict, classify, regress/],
  ['a name that is no text', '{"signatures": {"s": {"inputs": {"a": 3}}}}', '/signatures/s/inputs/a', /got 3, which must be string/],
  ['no names', '{"signatures": {"s": {"outputs": {}}}}', '/signatures/s/outputs', /fewer than 1/],
  ['a negative size', '{"signatures": {"s": {"defaults": {"a": {"shape": [-1], "values": []}}}}}', '/signatures/s/defaults/a/shape/0', /got -1, which must be >= 0/],
])('refuses %s with path, value and cure', (_, text, where, words) => {
  const parse = (): unknown => parseManifest(text, '/m/servable.json');
  expect(parse).toThrow(expect.objectContaining({ code: 'SRV_ONNX_MANIFEST_INVALID', args: ['/m/servable.json', where, expect.stringMatching(words)] }));
});

it('says what keeps it from being read', async () => {
  const directory = directoryWith({});
  mkdirSync(join(directory, 'servable.json'));
  await expect(readManifest(directory)).rejects.toMatchObject({ code: 'SRV_ONNX_MANIFEST_INVALID', args: [expect.anything(), '', 'it is not a file'] });
});

it('refuses one of more than a mebibyte unread', async () => {
  const directory = directoryWith({ 'servable.json': ' '.repeat(2 ** 20 + 1) });
  await expect(readManifest(directory)).rejects.toThrow(/1048577 bytes long, 1048576 are allowed/);
});
