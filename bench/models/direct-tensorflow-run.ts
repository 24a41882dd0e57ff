import { NativeWords } from '@servable/engine-threads/native';
import { loadModel, releaseModel } from '../../packages/engine-tensorflow/src/native/load-model.ts';
import { runOptions } from '../../packages/engine-tensorflow/src/native/session-config.ts';
import { TfApi } from '../../packages/engine-tensorflow/src/native/tf-api.ts';
import { type LibraryFiles, openLibrary, quietLog } from '../../packages/engine-tensorflow/src/native/tf-library.ts';
import type { DirectRun } from './direct-run.ts';

/** A graph with one input and one output, both of float32. */
export interface DirectGraph {
  readonly directory: string;
  readonly input: string;
  readonly output: string;
}

/** A SavedModel in this thread, with its input's tensor made: `run` is one `TF_SessionRun` and the deletion of its answer. */
export function openDirectTensorFlowRun(files: LibraryFiles, graph: DirectGraph, shape: readonly number[], data: Float32Array): DirectRun {
  quietLog();
  const api = new TfApi(openLibrary(files));
  const gpu = { gpus: undefined, memoryGrowth: true, gpuMemoryFraction: undefined };
  const model = loadModel(api, { directory: graph.directory, tags: ['serve'], devices: ['cpu'], intraOpThreads: 1, interOpThreads: 1, gpu, operations: [graph.input, graph.output] });
  const [inputNode = 0, outputNode = 0] = model.operations;
  const tensor = api.allocateTensor(1, shape, data.byteLength);
  api.library.copy(api.get('tensorData', tensor), new Uint8Array(data.buffer, data.byteOffset, data.byteLength), data.byteLength);
  const [inputs, inputValues, outputs, outputValues] = [wordsOf(inputNode, 0), wordsOf(tensor), wordsOf(outputNode, 0), wordsOf(0)];
  const options = api.newBuffer(runOptions(0, true));
  const call = (): void => void api.call('sessionRun', model.session, options, inputs.address, inputValues.address, 1, outputs.address, outputValues.address, 1, null, 0, null);
  const free = (): void => void api.library.tf.deleteTensor(outputValues.get(0));
  return {
    run: () => {
      call();
      free();
    },
    firstNumber: () => {
      call();
      const first = new Float32Array(1);
      api.library.copy(new Uint8Array(first.buffer), api.get('tensorData', outputValues.get(0)), 4);
      free();
      return first[0] ?? Number.NaN;
    },
    close: () => {
      api.library.tf.deleteTensor(tensor);
      api.library.tf.deleteBuffer(options);
      releaseModel(api, { kind: 'free', session: model.session, graph: model.graph });
      api.close();
    },
  };
}

function wordsOf(...values: readonly number[]): NativeWords {
  const words = new NativeWords(values.length);
  words.setAll(values);
  return words;
}
