import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkExternalFiles } from '../src/external-files.ts';
import type { ExternalData } from '@servable/onnx-graph';
import { directoryWith } from './onnx-builder.ts';

function tensor(location: string, offset = 0, length: number | undefined = 4): ExternalData {
  return { tensor: 'w', location, offset, length };
}

function version(): string {
  return directoryWith({ 'v/model.onnx': '', 'v/weights.bin': '12345678', 'v/sub/more.bin': '1234', 'outside.bin': '1234' });
}

it('adds up the sizes of the files, each once', async () => {
  const path = join(version(), 'v/model.onnx');
  expect(await checkExternalFiles(path, [tensor('weights.bin'), tensor('weights.bin', 4), tensor('./sub/more.bin')])).toBe(12);
});

it('takes a tensor of unknown length as its offset', async () => {
  expect(await checkExternalFiles(join(version(), 'v/model.onnx'), [{ ...tensor('weights.bin', 8), length: undefined }])).toBe(8);
});

it.each([
  ['a path that climbs out', tensor('../outside.bin'), /'\.\.\/outside\.bin' is not a path inside/],
  ['an absolute path', tensor('/etc/passwd'), /'\/etc\/passwd' is not a path inside/],
  ['a path that climbs out and comes back', tensor('../v'), /is not a path inside/],
  ['no path', tensor(''), /'' is not a path inside/],
  ['a path with a NUL', tensor('weights.bin\0'), /is not a path inside/],
  ['an address in ONNX Runtime’s own memory', tensor('*/_ORT_MEM_ADDR_/*', 4096), /is not a path inside/],
  ['a link that leads out', tensor('link.bin'), /is a link that leads out.*outside\.bin/],
  ['a directory', tensor('sub'), /is not a file/],
  ['a missing file', tensor('absent.bin'), /there is no '.*absent\.bin'\. Copy it/],
  ['a file that is too short', tensor('weights.bin', 6, 4), /'weights\.bin' has 8 bytes, 10 are needed \(offset 6, length 4\)/],
  ['a negative offset', tensor('weights.bin', -1), /offset -1 .* not byte counts/],
  ['an offset that is no number', tensor('weights.bin', Number.NaN), /offset NaN .* not byte counts/],
  ['a length beyond all files', tensor('weights.bin', 0, 2 ** 60), /not byte counts/],
])('refuses %s', async (_, bad, words) => {
  const directory = version();
  symlinkSync(join(directory, 'outside.bin'), join(directory, 'v/link.bin'));
  const check = checkExternalFiles(join(directory, 'v/model.onnx'), [tensor('weights.bin'), bad]);
  await expect(check).rejects.toMatchObject({ code: 'SRV_ONNX_EXTERNAL_DATA', status: 'INVALID_ARGUMENT' });
  await expect(check).rejects.toThrow(words);
});

it('follows links when model and weights are links to one other directory', async () => {
  const directory = directoryWith({ 'blobs/a': '', 'blobs/b': '1234', 'v/readme': '' });
  symlinkSync(join(directory, 'blobs/a'), join(directory, 'v/model.onnx'));
  symlinkSync(join(directory, 'blobs/b'), join(directory, 'v/weights.bin'));
  expect(await checkExternalFiles(join(directory, 'v/model.onnx'), [tensor('weights.bin')])).toBe(4);
});
