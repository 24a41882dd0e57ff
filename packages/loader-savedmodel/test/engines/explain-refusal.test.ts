import type { ServingError } from '@servable/core';
import { type ErrorArguments, tensorflowError } from '@servable/engine-tensorflow';
import { describe, expect, it } from 'vitest';
import { explainRefusal } from '../../src/engines/explain-refusal.ts';
import { openSavedModel } from '../../src/model/open-saved-model.ts';
import { brokenCases, fixture } from '../fixtures.ts';

const { signal } = new AbortController();

/** What is made of TensorFlow's own words (those of the golden file) about a broken model. */
async function explained(name: string): Promise<{ readonly said: ServingError; readonly explanation: ServingError | string | undefined; readonly directory: string }> {
  const [, directory, broken] = brokenCases().find(([each]) => each === name) ?? [];
  const load = broken?.load;
  if (directory === undefined || load?.message === undefined) throw new Error(`the golden file has no '${name}'`);
  const said = tensorflowError(`SRV_TENSORFLOW_${load.code}` as keyof ErrorArguments & 'SRV_TENSORFLOW_NOT_FOUND', [load.message]);
  const model = await openSavedModel(directory);
  try {
    return { said, explanation: await explainRefusal(model, said, signal), directory };
  } finally {
    await model.close();
  }
}

describe('what TensorFlow says of a model that it does not load', () => {
  it.each([
    ['flipped_data', "'a/.ATTRIBUTES/VARIABLE_VALUE' at 0 of"],
    ['flipped_string_variable', "'vars/string/.ATTRIBUTES/VARIABLE_VALUE' at 34134 of"],
  ])('is told of the tensor whose bytes are damaged: %s', async (name, place) => {
    const { said, explanation } = await explained(name);
    expect(explanation).toMatchObject({ code: 'SRV_CHECKPOINT_CHECKSUM', status: said.status });
    expect(String(explanation)).toContain(place);
  });

  it.each([
    ['unknown_op', ["Op type not registered 'NoSuchOperation'", "node 'y' (NoSuchOperation), node 'y2' (NoSuchOperation)", 'export the model without it']],
    ['unknown_op_in_function', ["node 'add' (NoSuchOperation) of function '__inference___call___522'", 'written by 2.21.0']],
    ['wrong_type_graph', ['expected type int32 != float', "node 'add' (AddV2) of function '__inference_scaled_547'", 'Export the model again']],
    ['wrong_type_graph_v1', ["at node 'y' (AddV2). Export the model again"]],
    ['needs_newer_consumer', ['min consumer version 999999', 'Give engine.path a newer TensorFlow']],
  ])('is told of file, nodes and cure: %s', async (name, parts) => {
    const { explanation, directory } = await explained(name);
    for (const part of [`'${directory}/saved_model.pb'`, ...parts]) expect(explanation).toContain(part);
  });

  it('is told of the asset that a table refuses', async () => {
    const words = '{{function_node __inference__initializer_57157}}{{node text_file_init/InitializeTableFromTextFileV2}}';
    const directory = fixture('broken/short_vocabulary/1');
    const model = await openSavedModel(directory);
    const explanation = await explainRefusal(model, tensorflowError('SRV_TENSORFLOW_FAILED_PRECONDITION', [words]), signal);
    await model.close();
    expect(explanation).toContain(`It fills a table from an asset: correct '${directory}/assets/vocab.txt', or export the model again`);
  });

  it('is left alone when it is no word of TensorFlow’s', async () => {
    const model = await openSavedModel(fixture('scalar_affine_tf2/1'));
    expect(await explainRefusal(model, tensorflowError('SRV_TENSORFLOW_CLOSED', ['engine']), signal)).toBeUndefined();
    expect(await explainRefusal(model, new Error('other'), signal)).toBeUndefined();
    await model.close();
  });

  it('is not waited for by one who gives up', async () => {
    const model = await openSavedModel(fixture('broken/flipped_data/1'));
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(explainRefusal(model, tensorflowError('SRV_TENSORFLOW_DATA_LOSS', ['damaged']), aborted)).rejects.toThrow('enough');
    await model.close();
  });
});

it('finds no damage where there is none', async () => {
  const model = await openSavedModel(fixture('bundle_zoo/1'));
  const explanation = await explainRefusal(model, tensorflowError('SRV_TENSORFLOW_DATA_LOSS', ['of something else']), signal);
  await model.close();
  expect(explanation).toMatch(/^of something else\.\nThe fault is in '.*saved_model.pb'. Export the model again/);
});
