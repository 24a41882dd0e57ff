import { describe, expect, it } from 'vitest';
import { openSavedModel, type OpenSavedModel } from '../../src/model/open-saved-model.ts';
import { brokenCases, refusal } from '../fixtures.ts';

/** What no reader of files can know: it needs the ops' definitions, or a run of the graph. */
const FAULTS_OF_THE_RUNTIME: ReadonlySet<string> = new Set([
  'wrong_type_graph',
  'wrong_type_graph_v1',
  'unknown_op',
  'unknown_op_in_function',
  'needs_newer_consumer',
  'short_vocabulary',
]);

/** Variables' values are read, and so checked, when they are asked for. */
async function readAll(directory: string): Promise<OpenSavedModel> {
  const model = await openSavedModel(directory);
  try {
    for (const { key } of model.variables?.entries ?? []) await model.variables?.readTensor(key);
  } finally {
    await model.close();
  }
  return model;
}

/** The start of TensorFlow's words, without what names machines and cures. */
function firstSentence(message: string): string {
  return message.replace(/ To inspect available.*| Check that .*/, '').replaceAll(/<dir>\/|TensorBundle at \S+ shard 0 \(\d+ bytes\): /g, '');
}

const cases = brokenCases();
const readable = cases.filter(([name, , broken]) => broken.load.code === 'OK' || FAULTS_OF_THE_RUNTIME.has(name));
const unreadable = cases.filter((each) => !readable.includes(each));

describe('a damaged model', () => {
  it.each(unreadable)('is refused with the status of TensorFlow: %s', async (_name, directory, { load }) => {
    const error = await refusal(() => readAll(directory));
    expect(error.status).toBe(load.code);
    expect(error.code).toMatch(/^SRV_(SAVEDMODEL|CHECKPOINT)_/);
  });

  // Where a folder has no SavedModel the words are those of TensorFlow Serving, which looks before TensorFlow does.
  const worded = unreadable.filter(([, , { load }]) => !/Could not find SavedModel|failed to seek to header entry/.test(load.message ?? ''));
  it.each(worded)('is refused with the words of TensorFlow: %s', async (_name, directory, { load }) => {
    const { message } = await refusal(() => readAll(directory));
    expect(message.replaceAll(`${directory}/`, '')).toContain(firstSentence(load.message ?? '').replace(/\.$/, ''));
  });

  it.each(readable)('is read, and left to the runtime: %s', async (_name, directory) => {
    await expect(readAll(directory)).resolves.toMatchObject({ directory });
  });
});

it('names file, tensor, place and cure', async () => {
  const messages = await Promise.all(
    ['flipped_data', 'truncated_data', 'missing_shard', 'flipped_index', 'truncated_saved_model'].map(async (name) => {
      const [, directory = ''] = unreadable.find(([each]) => each === name) ?? [];
      return (await refusal(() => readAll(directory))).message.replaceAll(`${directory}/`, '');
    }),
  );
  expect(messages).toMatchInlineSnapshot(`
    [
      "Checksum does not match: stored 647446098 vs. calculated on the restored bytes 3079804410. 'a/.ATTRIBUTES/VARIABLE_VALUE' at 0 of 'variables/variables.data-00000-of-00001' (4 bytes) is damaged. Export the model again, or copy it again",
      "Read less bytes than requested. 'variables/variables.data-00000-of-00001' has 10982 bytes, but '_CHECKPOINTABLE_OBJECT_GRAPH' is at 7592 to 11082: copy the file again, it is cut short",
      "variables/variables.data-00001-of-00003; No such file or directory. It holds 'shard1': copy it there, as it was exported with the model",
      "Unable to read file (variables/variables.index). Perhaps the file is corrupt: block checksum mismatch (at 0). Export the model again, or copy it again",
      "Read less bytes than requested. 'saved_model.pb' is cut short: at byte 6: 17329 bytes are said to follow, 17129 do. Export the model again, or copy it again",
    ]
  `);
});

it('says of a folder without a model what TensorFlow Serving says', async () => {
  for (const name of ['missing_saved_model', 'empty_version_dir', 'version_is_file']) {
    const [, directory = ''] = unreadable.find(([each]) => each === name) ?? [];
    const { message } = await refusal(() => readAll(directory));
    expect(message.startsWith('Specified file path does not appear to contain a SavedModel bundle (should have a file called `saved_model.pb`')).toBe(true);
    expect(message.endsWith(`\nSpecified file path: ${directory}`)).toBe(true);
  }
});
