import { create } from '@servable/protos';
import { SavedObjectGraphSchema, TrackableObjectGraphSchema } from '@servable/protos/saved-model';
import { describe, expect, it } from 'vitest';
import { dataTypeName } from '../../src/data-type.ts';
import { objectVariables, readObjectGraph } from '../../src/model/object-graph.ts';
import { openSavedModel } from '../../src/model/open-saved-model.ts';
import { fixture, goldenVersions } from '../fixtures.ts';

describe.each(goldenVersions())('%s', (_title, directory) => {
  it('names for each variable of its objects the tensor that the restore op takes', async () => {
    const model = await openSavedModel(directory);
    try {
      const { metaGraph, variables, restored } = model;
      const checkpoint = variables === undefined ? undefined : await readObjectGraph(variables);
      const found = metaGraph.objectGraphDef === undefined ? [] : objectVariables(metaGraph.objectGraphDef, checkpoint);
      const keys = new Set(restored.flatMap(({ values }) => values.map(({ checkpointKey }) => checkpointKey)));
      for (const { checkpointKey, definition } of found) {
        if (checkpointKey === undefined) continue;
        const entry = variables?.entry(checkpointKey);
        expect(keys).toContain(checkpointKey);
        expect(entry?.typeName).toBe(dataTypeName(definition.dtype));
        expect(entry?.shape).toEqual((definition.shape?.dim ?? []).map(({ size }) => Number(size)));
      }
      const named = new Set(found.map(({ checkpointKey }) => checkpointKey));
      const missed = [...keys].filter((key) => key.endsWith('/.ATTRIBUTES/VARIABLE_VALUE') && !named.has(key));
      expect(missed).toEqual([]);
    } finally {
      await model.close();
    }
  });
});

it('names the objects on the way', async () => {
  const model = await openSavedModel(fixture('scalar_affine_tf2/1'));
  const { metaGraph, variables } = model;
  const checkpoint = variables === undefined ? undefined : await readObjectGraph(variables);
  await model.close();
  const found = metaGraph.objectGraphDef === undefined ? [] : objectVariables(metaGraph.objectGraphDef, checkpoint);
  expect(found.map(({ nodeId, objectPath, checkpointKey }) => [nodeId, objectPath, checkpointKey])).toEqual([
    [1, 'a', 'a/.ATTRIBUTES/VARIABLE_VALUE'],
    [2, 'b', 'b/.ATTRIBUTES/VARIABLE_VALUE'],
  ]);
});

it('ends with objects that hold each other, or that are not there', () => {
  const variable = { kind: { case: 'variable' as const, value: { dtype: 1 as const } } };
  const saved = create(SavedObjectGraphSchema, {
    nodes: [{ children: [{ nodeId: 1, localName: 'x' }, { nodeId: 9, localName: 'gone' }] }, { ...variable, children: [{ nodeId: 0, localName: 'back' }] }],
  });
  const tracked = create(TrackableObjectGraphSchema, { nodes: [{ children: [{ nodeId: 7, localName: 'x' }] }] });
  expect(objectVariables(saved, tracked)).toMatchObject([{ nodeId: 1, objectPath: 'x', checkpointKey: undefined }]);
});
