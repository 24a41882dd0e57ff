import type { Tensor } from '@servable/core';
import { readAnswer, slotBytesOfInputs, writeRequest } from '@servable/engine-threads';
import { allocateSlot } from '@servable/engine-threads/native';
import { dtypeOfElement } from '../../packages/engine-onnxruntime/src/native/element-types.ts';
import { flattenOutputs, tensorInput } from '../../packages/engine-onnxruntime/src/native/flatten-outputs.ts';
import { loadGraph } from '../../packages/engine-onnxruntime/src/native/load-session.ts';
import { OrtApi } from '../../packages/engine-onnxruntime/src/native/ort-api.ts';
import { findLibrary, openLibrary } from '../../packages/engine-onnxruntime/src/native/ort-library.ts';
import { SessionPlans } from '../../packages/engine-onnxruntime/src/native/session-plans.ts';
import { SlotRunner } from '../../packages/engine-onnxruntime/src/native/slot-runner.ts';
import { resolveSessionOptions } from '../../packages/engine-onnxruntime/src/session-options.ts';

/** A graph in this thread, with its tensors made and bound: `run` is one call of ONNX Runtime's C API. */
export interface DirectRun {
  readonly run: () => void;
  firstNumber(): number;
  close(): void;
}

export function openDirectRun(path: string, inputs: readonly Tensor[]): DirectRun {
  const api = new OrtApi(openLibrary(findLibrary()));
  const graph = loadGraph(api, api.createEnvironment(), { path, options: resolveSessionOptions({}) });
  const options = { session: graph.session, inputs: graph.values.inputs.map(tensorInput), outputs: flattenOutputs(graph.values.outputs) };
  const plans = new SessionPlans({ ...options, synchronousMicros: 0, newPlanId: () => 1, onDropped: () => {} });
  const { plan } = plans.get([]);
  const slot = allocateSlot(api.library, slotBytesOfInputs(inputs) + 2 ** 20);
  const runner = new SlotRunner(api, slot);
  writeRequest(slot, { plan: plan.id, runOptions: 0, inputs });
  const planOf = (): typeof plan => plan;
  return {
    run: () => void runner.run(planOf),
    firstNumber: () => Number(readAnswer(slot, dtypeOfElement).tensors[0]?.data[0]),
    close: () => {
      runner.free();
      api.release('releaseSession', graph.session);
      api.library.free(slot.address);
      plans.free();
    },
  };
}
