import { expect, it } from 'vitest';
import { modelNotes } from '../../src/model/model-notes.ts';
import { openSavedModel } from '../../src/model/open-saved-model.ts';
import { fixture } from '../fixtures.ts';

async function notesOf(...path: readonly string[]): Promise<readonly string[]> {
  const model = await openSavedModel(fixture(...path));
  await model.close();
  return modelNotes(model);
}

it.each([
  ['missing_index', /The graph has 2 variables, but there is no 'variables\/variables\.index'.* Copy the folder 'variables' too/],
  ['signature_of_missing_tensor', /names the tensor 'no_such_tensor:0', which is not in the graph.* Export the model again/],
  ['signature_wrong_dtype', /Input 'x' of signature 'serving_default' is INT32, but the graph takes FP32 there.* Export the model again/],
])('tells before a call what will make it fail: %s', async (name, note) => {
  expect(await notesOf('broken', name, '1')).toEqual([expect.stringMatching(note)]);
});

it.each(['scalar_affine_tf1/1', 'scalar_affine_tf2/1', 'bundle_zoo/1', 'multi_signature/1', 'dtypes/1', 'frozen_const/1'])('has nothing to say of a good model: %s', async (name) => {
  expect(await notesOf(name)).toEqual([]);
});

it('says little of a model with thousands of faults', async () => {
  const model = await openSavedModel(fixture('scalar_affine_tf2/1'));
  await model.close();
  const [signature] = [...model.signatures.signatures.values()];
  if (signature === undefined) throw new Error('the fixture has no signature');
  const wrong = Array.from({ length: 5000 }, (_, at) => [`s${at}`, { ...signature, outputs: new Map([['y', { dtype: 'FP32', shape: [], graphName: `gone${at}:0` } as const]]) }] as const);
  const notes = modelNotes({ ...model, signatures: { signatures: new Map(wrong), unservable: new Map() } });
  expect([notes.length, notes.at(-1)]).toEqual([21, 'and 4980 more of this kind']);
});
