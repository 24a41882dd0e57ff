import { elementCount, type Tensor } from '@servable/core';
import type { StoredTensor } from '@servable/onnx-graph';
import type { HostAttributes, HostOp, HostResult } from '../../host/host-op.ts';
import { SMALL, storedTensor, tensorOf } from '../ir/constant-data.ts';

/** What a host node gives for constants; `undefined` when they are too large to be worth it. @throws RefusedRun */
export function runKnown(host: HostOp, attributes: HostAttributes, inputs: readonly StoredTensor[]): readonly StoredTensor[] | undefined {
  if (inputs.some(({ shape }) => elementCount(shape) > SMALL)) return undefined;
  const constants = inputs.map(tensorOf);
  const tensors = finish(host.prepare(attributes, constants)(constants));
  return tensors.map(({ dtype, shape, data }) => storedTensor(dtype, shape, data));
}

function finish(result: HostResult): readonly Tensor[] {
  if (!('next' in result)) return result;
  for (let step = result.next(); ; step = result.next()) if (step.done === true) return step.value;
}
