import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { DEFAULT_SIGNATURE_NAME, METHOD_NAMES, type Signature } from '@servable/core';
import { create, fromBinary, toBinary } from '@servable/protos';
import { AssetFileDefSchema, type MetaGraphDefSchema, type NodeDefSchema, SavedModelSchema, SignatureDefSchema, type TensorInfoSchema } from '@servable/protos/saved-model';
import { describe, expect, it } from 'vitest';
import { dataTypeName } from '../../src/data-type.ts';
import { nodeOf, reachableNodes } from '../../src/graph/graph-index.ts';
import { openSavedModel, type OpenSavedModel } from '../../src/model/open-saved-model.ts';
import { fixture, type GoldenSignature, goldenVersions, refusal, withCopy, withFolder } from '../fixtures.ts';

type MetaGraph = Exclude<MessageInitShape<typeof MetaGraphDefSchema>, { readonly $typeName: string }>;

async function withModel<T>(directory: string, use: (model: OpenSavedModel) => T | Promise<T>, tags?: readonly string[]): Promise<T> {
  const model = await openSavedModel(directory, tags === undefined ? {} : { tags });
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

/** A graph in a folder of its own, opened. */
async function openGraph(metaGraph: MetaGraph, use: (model: OpenSavedModel) => void): Promise<void> {
  await withFolder(async (folder) => {
    const message = create(SavedModelSchema, { metaGraphs: [{ metaInfoDef: { tags: ['serve'] }, ...metaGraph }] });
    writeFileSync(join(folder, 'saved_model.pb'), toBinary(SavedModelSchema, message));
    await withModel(folder, use);
  });
}

const callable = (signatures: Readonly<Record<string, GoldenSignature>>): [string, GoldenSignature][] => Object.entries(signatures).filter(([name]) => !name.startsWith('__saved_model'));
const specsOf = (specs: Signature['inputs']): unknown[] => Array.from(specs, ([alias, { shape, graphName }]) => [alias, shape, graphName]);
const goldenSpecs = (infos: GoldenSignature['inputs']): unknown[] => Object.entries(infos).map(([alias, info]) => [alias, info.shape ?? undefined, info.tensor_name]);

/** Nodes whose values a checkpoint holds; other tables are filled by the init op. */
const STATES: ReadonlySet<string> = new Set(['VariableV2', 'VarHandleOp', 'MutableHashTableV2', 'MutableDenseHashTableV2']);
/** A collection of TensorFlow 1 names it, which the golden's script does not look at. */
const ASSET_OF_TENSORFLOW_1 = { tensor: 'asset_path:0', filename: 'notes.txt' };

describe.each(goldenVersions())('%s', (_title, directory, golden) => {
  it('has the signatures that TensorFlow tells', async () => {
    await withModel(directory, ({ signatures, metaGraph }) => {
      expect([...signatures.unservable]).toEqual([]);
      expect([...signatures.signatures.keys()]).toEqual(callable(golden.signatures).map(([name]) => name));
      for (const [name, expected] of callable(golden.signatures)) {
        const signature = signatures.signatures.get(name);
        expect(signature?.methodName).toBe(expected.method_name);
        expect(specsOf(signature?.inputs ?? new Map())).toEqual(goldenSpecs(expected.inputs));
        expect(specsOf(signature?.outputs ?? new Map())).toEqual(goldenSpecs(expected.outputs));
        expect([...(signature?.defaults.keys() ?? [])]).toEqual(Object.keys(expected.defaults ?? {}));
        const types = Object.entries(metaGraph.signatureDef[name]?.outputs ?? {}).map(([alias, { dtype }]) => [alias, dataTypeName(dtype)] as const);
        expect(Object.fromEntries(types)).toEqual(Object.fromEntries(Object.entries(expected.outputs).map(([alias, { dtype }]) => [alias, dtype])));
      }
    });
  });

  it('is loaded by the steps that TensorFlow takes', async () => {
    await withModel(directory, ({ loadSteps, assets, file, metaGraph }) => {
      expect(loadSteps.restore).toEqual(golden.restore_op_name === '' ? undefined : { operation: golden.restore_op_name, filenameTensor: golden.filename_tensor_name });
      expect(loadSteps.initOperation === undefined ? [] : [loadSteps.initOperation]).toEqual([...new Set(golden.init_targets)]);
      expect(assets.map(({ filename, tensorName }) => ({ tensor: tensorName, filename }))).toEqual('saved_model_assets' in metaGraph.collectionDef ? [ASSET_OF_TENSORFLOW_1] : golden.asset_files);
      expect(file.message.metaGraphs.length).toBe(golden.meta_graphs);
      expect(metaGraph.metaInfoDef?.tags).toEqual(golden.tags);
      expect(metaGraph.metaInfoDef?.tensorflowVersion).toBe(golden.tensorflow_version);
    });
  });

  it('finds in its checkpoint a value for each variable that it restores', async () => {
    await withModel(directory, async ({ restored, variables, graph, signatures }) => {
      const outputs = [...signatures.signatures.values()].flatMap((signature) => [...signature.outputs.values()].map(({ graphName = '' }) => nodeOf(graphName)));
      const used = reachableNodes(outputs, graph.nodes).filter(({ op }) => STATES.has(op));
      const set = new Set(restored.map(({ node }) => node));
      expect(used.filter(({ name }) => !set.has(name)).map(({ name }) => name)).toEqual([]);
      for (const { checkpointKey, slice } of restored.flatMap(({ values }) => values)) {
        const tensor = await variables?.readTensor(checkpointKey, slice === undefined ? {} : { region: slice.region });
        expect(tensor?.shape).toEqual(slice?.region.lengths ?? variables?.entry(checkpointKey).shape);
      }
    });
  });
});

it('looks at every SavedModel of the fixtures', () => {
  expect(goldenVersions().length).toBeGreaterThan(30);
});

describe('a graph', () => {
  it('is found by its tags, all of them and no others, in any order', async () => {
    const directory = fixture('frozen_const/2');
    await withModel(directory, ({ metaGraph }) => expect(metaGraph.metaInfoDef?.tags).toEqual(['serve']));
    const sets = (await withModel(directory, ({ file }) => file.message.metaGraphs.map(({ metaInfoDef }) => metaInfoDef?.tags ?? []))).filter((tags) => tags.length > 1);
    expect(sets.length).toBeGreaterThan(0);
    for (const tags of sets) await withModel(directory, ({ metaGraph }) => expect(metaGraph.metaInfoDef?.tags).toEqual(tags), [...tags].reverse());
    const error = await refusal(() => openSavedModel(directory, { tags: ['gpu', 'tpu'] }));
    expect(error).toMatchObject({ code: 'SRV_SAVEDMODEL_TAGS_NOT_FOUND', status: 'NOT_FOUND' });
    expect(error.message).toMatch(/^Could not find meta graph def matching supplied tags: \{ gpu tpu \}\. '.*saved_model\.pb' has \{ gpu serve \} and \{ serve \} and \{ train \}: ask for one of these$/);
  });

  it('is read from text as from bytes', async () => {
    await withModel(fixture('pbtxt_model/1'), async (text) => {
      expect(text.file).toMatchObject({ format: 'text', path: fixture('pbtxt_model/1/saved_model.pbtxt') });
      await withFolder(async (folder) => {
        writeFileSync(join(folder, 'saved_model.pb'), toBinary(SavedModelSchema, text.file.message));
        writeFileSync(join(folder, 'saved_model.pbtxt'), 'this is not looked at where there is a saved_model.pb');
        await withModel(folder, (binary) => {
          expect(binary.file.format).toBe('binary');
          expect(binary.signatures).toEqual(text.signatures);
        });
      });
    });
  });

  it('has tensors for inputs that may be left out', async () => {
    await withModel(fixture('multi_signature/1'), ({ signatures }) => {
      const { defaults } = signatures.signatures.get('with_defaults') as Signature;
      expect(defaults.get('k')).toEqual({ dtype: 'INT32', shape: [], data: Int32Array.of(2) });
      expect(defaults.get('scale')).toEqual({ dtype: 'FP32', shape: [], data: Float32Array.of(10) });
    });
  });

  const tensorInfo = (name: string, dtype: 1 | 20 | 101 = 1): MessageInitShape<typeof TensorInfoSchema> => ({ encoding: { case: 'name', value: name }, dtype });
  const node = (name: string): MessageInitShape<typeof NodeDefSchema> => ({ name, op: 'NoOp' });

  it('may have signatures that cannot be called, and says why', async () => {
    const encoding = { case: 'name' as const, value: 'x:0' };
    const signatureDef = {
      unknown_rank: { methodName: METHOD_NAMES.predict, outputs: { y: { encoding, dtype: 1 as const, tensorShape: { unknownRank: true } } } },
      named: { outputs: { y: { encoding, dtype: 101 as const, tensorShape: { dim: [{ size: -1n, name: 'batch' }, { size: 3n, name: 'three' }, { size: -1n }] } } } },
      sparse: { inputs: { s: { encoding: { case: 'cooSparse' as const, value: {} }, dtype: 1 as const } } },
      handle: { outputs: { h: tensorInfo('x:0', 20) } },
      nameless: { outputs: { n: { dtype: 1 as const } } },
    };
    Object.defineProperty(signatureDef, '__proto__', { value: create(SignatureDefSchema, { outputs: { y: tensorInfo('x:0') } }), enumerable: true });
    await openGraph({ graphDef: { node: [node('x')] }, signatureDef }, ({ signatures }) => {
      expect([...signatures.signatures.keys()]).toEqual(['__proto__', 'named', 'unknown_rank']);
      expect(signatures.signatures.get('unknown_rank')?.outputs.get('y')).toEqual({ dtype: 'FP32', shape: undefined, graphName: 'x:0' });
      expect(signatures.signatures.get('named')?.outputs.get('y')).toEqual({ dtype: 'FP32', shape: ['batch', 3, -1], graphName: 'x:0' });
      expect(Object.fromEntries(signatures.unservable)).toEqual({
        sparse: "'s' is no dense tensor",
        handle: "'h' is DT_RESOURCE, which holds no plain values",
        nameless: "'n' names no tensor of the graph",
      });
      expect(signatures.signatures.has(DEFAULT_SIGNATURE_NAME)).toBe(false);
    });
  });

  it.each([
    ['a signature for it, before all others', { __saved_model_init_op: 'a:0' }, { saved_model_main_op: ['b'], legacy_init_op: ['c'] }, 'a:0'],
    ['its collection, before the old one', {}, { saved_model_main_op: ['b'], legacy_init_op: ['c'] }, 'b'],
    ['the old collection', {}, { legacy_init_op: ['c'] }, 'c'],
    ['nothing', {}, {}, undefined],
  ] as const)('is initialized by %s', async (_title, signatures, collections, expected) => {
    const signatureDef = Object.fromEntries(Object.entries(signatures).map(([name, tensor]) => [name, { outputs: { [name]: { encoding: { case: 'name' as const, value: tensor } } } }]));
    const collectionDef = Object.fromEntries(Object.entries(collections).map(([name, value]) => [name, { kind: { case: 'nodeList' as const, value: { value: [...value] } } }]));
    const graphDef = { node: ['a', 'b', 'c'].map((name) => node(name)) };
    await openGraph({ graphDef, signatureDef, collectionDef }, ({ loadSteps }) => expect(loadSteps.initOperation).toBe(expected));
  });

  it('is refused when a collection names several nodes to initialize it', async () => {
    const metaGraph: MetaGraph = { collectionDef: { saved_model_main_op: { kind: { case: 'nodeList', value: { value: ['a', 'b'] } } } } };
    expect(await refusal(() => openGraph(metaGraph, () => undefined))).toMatchObject({ code: 'SRV_SAVEDMODEL_INIT_OP_INVALID', status: 'FAILED_PRECONDITION' });
  });
});

describe('assets', () => {
  const definition = create(AssetFileDefSchema, { filename: 'vocab.txt', tensorInfo: { encoding: { case: 'name', value: 'path:0' } } });

  it('are those of the collection of TensorFlow 1 where the graph lists none', async () => {
    const any = { typeUrl: 'type.googleapis.com/tensorflow.AssetFileDef', value: toBinary(AssetFileDefSchema, definition) };
    const metaGraph: MetaGraph = { collectionDef: { saved_model_assets: { kind: { case: 'anyList', value: { value: [any] } } } } };
    const error = await refusal(() => openGraph(metaGraph, () => undefined));
    expect(error).toMatchObject({ code: 'SRV_SAVEDMODEL_ASSET_MISSING', status: 'NOT_FOUND' });
    expect(error.message).toMatch(/\/assets\/vocab\.txt; No such file or directory\. It is the asset of 'path:0'/);
  });

  it.each(['../saved_model.pb', '/etc/hostname', '..', '', 'a/../../x', 'a\0b'])('never lead out of their folder: %j', async (filename) => {
    const metaGraph: MetaGraph = { assetFileDef: [create(AssetFileDefSchema, { ...definition, filename })] };
    // A path that begins at the root is taken as one inside the folder, where there is none.
    const code = filename === '/etc/hostname' ? 'SRV_SAVEDMODEL_ASSET_MISSING' : 'SRV_SAVEDMODEL_ASSET_INVALID';
    expect((await refusal(() => openGraph(metaGraph, () => undefined))).code).toBe(code);
  });
});

it('is a session bundle, or in chunks, and says so', async () => {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, 'export.meta'), '');
    expect(await refusal(() => openSavedModel(folder))).toMatchObject({ status: 'UNIMPLEMENTED', message: expect.stringMatching(/^Session Bundle is deprecated and removed\./) as string });
    writeFileSync(join(folder, 'saved_model.cpb'), '');
    expect(await refusal(() => openSavedModel(folder))).toMatchObject({ code: 'SRV_SAVEDMODEL_UNSUPPORTED', status: 'UNIMPLEMENTED' });
  });
});

it('tells line and column of a fault in text', async () => {
  await withFolder(async (folder) => {
    writeFileSync(join(folder, 'saved_model.pbtxt'), 'meta_graphs {\n  graph_def { nod {} }\n}');
    const error = await refusal(() => openSavedModel(folder));
    expect(error).toMatchObject({ code: 'SRV_SAVEDMODEL_MALFORMED', status: 'DATA_LOSS' });
    expect(error.message).toContain('saved_model.pbtxt as text proto. Line 2, column 15: Message type "tensorflow.GraphDef" has no field named "nod".');
  });
});

it('stops when the signal aborts', async () => {
  await expect(openSavedModel(fixture('scalar_affine_tf1/1'), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
});

it('asks for the variables of this graph', async () => {
  await withCopy(fixture('scalar_affine_tf1/1'), async (copy) => {
    const path = join(copy, 'saved_model.pb');
    await withModel(copy, ({ file }) => {
      const bytes = Buffer.from(toBinary(SavedModelSchema, file.message));
      const message = fromBinary(SavedModelSchema, bytes);
      const names = message.metaGraphs[0]?.graphDef?.node.find(({ name }) => name === 'save/RestoreV2/tensor_names');
      const value = names?.attr['value']?.value;
      if (value?.case === 'tensor') value.value.stringVal[1] = Buffer.from('renamed');
      writeFileSync(path, toBinary(SavedModelSchema, message));
    });
    const error = await refusal(() => openSavedModel(copy));
    expect(error).toMatchObject({ code: 'SRV_CHECKPOINT_KEY_NOT_FOUND', status: 'NOT_FOUND' });
    expect(error.message).toMatch(/^Key renamed not found in checkpoint\. /);
  });
});
