import { collectLogger, testRunContext, testServableId } from '@servable/plugin-testing';
import type * as EngineTensorFlow from '@servable/engine-tensorflow';
import type { NamedTensors, Servable, Tensor } from '@servable/core';
import { expect, it } from 'vitest';
import { TensorFlowSavedModelEngine } from '../../src/engines/tensorflow-engine.ts';
import savedModel from '../../src/index.ts';
import { fixture, refusal } from '../fixtures.ts';

interface SeenRun {
  readonly feeds: NamedTensors;
  readonly fetches: readonly string[];
}

const tensorOf = (value: number): Tensor => ({ dtype: 'FP32', shape: [1], data: Float32Array.of(value) });

/** A model on a library that writes down what it is asked to run, and answers with the place of each tensor among those asked for. */
async function loadOn(seen: SeenRun[], model: string): Promise<Servable> {
  const session = {
    executor: { id: 'tensorflow', maxConcurrentRuns: 1 },
    device: 'cpu',
    deviceFaults: [],
    missing: new Set<string>(),
    run: async (feeds: NamedTensors, fetches: readonly string[]) => {
      seen.push({ feeds, fetches });
      return new Map(fetches.map((name, at) => [name, tensorOf(at)]));
    },
    close: async () => {},
  };
  const library = { origin: 'test', files: { main: '/lib' } };
  const engine = { libraryPath: '/lib', loadSavedModel: async () => session, close: async () => {} };
  const tensorflow = { findLibrary: () => library, createTensorFlowEngine: () => engine } as unknown as typeof EngineTensorFlow;
  const plugin = savedModel({ engine: 'tensorflow' }, { engines: { tensorflow: () => new TensorFlowSavedModelEngine({}, async () => tensorflow) } });
  return plugin.create({ path: fixture(model) }, {}, { id: testServableId(), logger: collectLogger() }).load(new AbortController().signal);
}

it('answers signatures with the same inputs by one run, each output under its own alias', async () => {
  const seen: SeenRun[] = [];
  const servable = await loadOn(seen, 'scalar_affine_tf1/1');
  const [classify, regress] = ['classify', 'regress_x_to_y2'].map((name) => servable.signatures.get(name));
  const inputs = new Map([['inputs', tensorOf(1)]]);
  const calls = [
    { signature: 'classify', outputs: ['scores'] },
    { signature: 'regress_x_to_y2', outputs: ['outputs'] },
  ];
  expect(await servable.runTogether?.(calls, inputs, testRunContext())).toEqual([new Map([['scores', tensorOf(0)]]), new Map([['outputs', tensorOf(1)]])]);
  expect(seen).toEqual([
    {
      feeds: new Map([[classify?.inputs.get('inputs')?.graphName, tensorOf(1)]]),
      fetches: [classify?.outputs.get('scores')?.graphName, regress?.outputs.get('outputs')?.graphName],
    },
  ]);
});

it('refuses to run a signature together that it does not have', async () => {
  const servable = await loadOn([], 'scalar_affine_tf1/1');
  const error = await refusal(() => servable.runTogether?.([{ signature: 'nope', outputs: ['y'] }], new Map(), testRunContext()));
  expect(error.code).toBe('SRV_SAVEDMODEL_SIGNATURE_UNKNOWN');
});
