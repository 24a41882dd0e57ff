import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import onnx, { readModelFacts } from '../src/index.ts';
import { findModelFile } from '../src/find-model-file.ts';
import { directoryWith } from './onnx-builder.ts';

it.each([
  ['model.onnx', { 'model.onnx': '' }, 'model.onnx'],
  ['model.onnx beside others', { 'a.onnx': '', 'model.onnx': '', 'readme.md': '' }, 'model.onnx'],
  ['the only .onnx file', { 'network.onnx': '', 'weights.bin': '', '.hidden.onnx': '' }, 'network.onnx'],
])('finds %s', async (_, files, name) => {
  const directory = directoryWith(files);
  expect(await findModelFile(directory)).toBe(join(directory, name));
});

it('takes the path of a file as that file', async () => {
  const path = join(directoryWith({ 'one.onnx': '' }), 'one.onnx');
  expect(await findModelFile(path)).toBe(path);
});

it.each(['a directory', 'a device'])('refuses %s of the model’s name, and does not open it', async (what) => {
  const path = join(directoryWith({ readme: '' }), 'model.onnx');
  if (what === 'a device') symlinkSync('/dev/zero', path);
  else mkdirSync(path);
  const facts = readModelFacts(path, new AbortController().signal);
  await expect(facts).rejects.toMatchObject({ code: 'SRV_ONNX_LOAD_FAILED', args: [path, 'it is not a file'] });
});

it('names the directory that has none', async () => {
  const directory = directoryWith({ 'saved_model.pb': '' });
  await expect(findModelFile(directory)).rejects.toMatchObject({ code: 'SRV_ONNX_NO_MODEL_FILE', status: 'NOT_FOUND', args: [directory] });
});

it('names the files among which it cannot choose', async () => {
  const directory = directoryWith({ 'b.onnx': '', 'a.onnx': '' });
  await expect(findModelFile(directory)).rejects.toMatchObject({ code: 'SRV_ONNX_SEVERAL_MODEL_FILES', args: [directory, 'a.onnx, b.onnx'] });
});

it.each([
  ['a directory with an .onnx file', { 'any.onnx': 'not even ONNX' }, true],
  ['a directory with several', { 'a.onnx': '', 'b.onnx': '' }, true],
  ['a directory of another kind', { 'saved_model.pb': '' }, false],
])('claims %s by its names: %s', async (_, files, expected) => {
  expect(await onnx().detect?.(directoryWith(files))).toBe(expected);
});

it('claims nothing where nothing is', async () => {
  expect(await onnx().detect?.('/nowhere/at/all')).toBe(false);
});
