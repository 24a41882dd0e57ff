import { type Value } from './ir/value.ts';
import type { FlatNode } from './flow/flat-graph.ts';
import { RefusedRun } from './refused-run.ts';

/** How many axes the first inputs of an op have: TensorFlow refuses others, where ONNX has a meaning for some. */
const RANKS: Readonly<Record<string, readonly number[]>> = {
  AvgPool: [4],
  AvgPool3D: [5],
  Conv2D: [4, 4],
  Conv3D: [5, 5],
  DepthToSpace: [4],
  DepthwiseConv2dNative: [4, 4],
  Dilation2D: [4, 3],
  ExtractImagePatches: [4],
  InTopK: [2, 1],
  InTopKV2: [2, 1],
  LRN: [4],
  MatMul: [2, 2],
  MaxPool: [4],
  MaxPool3D: [5],
  MaxPoolV2: [4],
  MaxPoolWithArgmax: [4],
  ResizeBilinear: [4],
  ResizeNearestNeighbor: [4],
  SpaceToDepth: [4],
};

/** @throws RefusedRun, for an input that has more or fewer axes than its op takes */
export function checkRanks({ name, op }: FlatNode, inputs: readonly Value[]): void {
  for (const [at, rank] of (RANKS[op] ?? []).entries()) {
    const shape = inputs[at]?.shape;
    if (shape === undefined || shape.length === rank) continue;
    throw new RefusedRun('INVALID_ARGUMENT', `input ${at} of node '${name}' (${op}) must have ${rank} axes, and has ${shape.length}: send inputs of the signature's rank`);
  }
}
