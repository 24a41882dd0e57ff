import type { Emitter, OpFamily } from '../op-call.ts';
import { ACTIVATION } from './activation.ts';
import { AREA_SAMPLING } from './area-sampling.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { CASTING } from './casting.ts';
import { BESSEL } from './bessel.ts';
import { BITWISE } from './bitwise.ts';
import { BOXES } from './boxes.ts';
import { BRANCHING } from './branching.ts';
import { BLOCKS } from './blocks.ts';
import { COLORS } from './colors.ts';
import { COMPARISON } from './comparison.ts';
import { CONTROL } from './control.ts';
import { CONVOLUTION } from './convolution.ts';
import { CROPS } from './crops.ts';
import { COUNTS } from './counts.ts';
import { CUMULATIVE } from './cumulative.ts';
import { INCOMPLETE } from './incomplete.ts';
import { INDEXING } from './indexing.ts';
import { DIAGONALS } from './diagonals.ts';
import { FUSED } from './fused.ts';
import { GRADIENTS } from './gradients.ts';
import { HISTOGRAM } from './histogram.ts';
import { LOSSES } from './losses.ts';
import { MATRIX_PARTS } from './matrix-parts.ts';
import { MATH } from './math.ts';
import { MATRIX } from './matrix.ts';
import { NEIGHBORS } from './neighbors.ts';
import { NORMALIZATION } from './normalization.ts';
import { PADDING } from './padding.ts';
import { PARTITIONS } from './partitions.ts';
import { PATCHES } from './patches.ts';
import { POOLING } from './pooling.ts';
import { QUANTIZATION } from './quantization.ts';
import { RAGGED } from './ragged.ts';
import { QUANTIZE_DEQUANTIZE } from './quantize-dequantize.ts';
import { RECURRENT } from './recurrent.ts';
import { REDUCTION } from './reduction.ts';
import { RESIZE } from './resize.ts';
import { SEGMENTS } from './segments.ts';
import { SHAPE } from './shape.ts';
import { SPACING } from './spacing.ts';
import { SPARSE } from './sparse.ts';
import { SPARSE_MATH } from './sparse-math.ts';
import { SPARSE_SHAPE } from './sparse-shape.ts';
import { SPECIAL } from './special.ts';
import { SLICING } from './slicing.ts';
import { UPDATES } from './updates.ts';

/** Every op that is covered, family by family. */
export const OP_FAMILIES: readonly OpFamily[] = [
  CONTROL,
  BRANCHING,
  ARITHMETIC,
  MATH,
  ACTIVATION,
  SPECIAL,
  BESSEL,
  INCOMPLETE,
  NEIGHBORS,
  BITWISE,
  COMPARISON,
  CASTING,
  REDUCTION,
  CUMULATIVE,
  SHAPE,
  SPACING,
  SLICING,
  INDEXING,
  UPDATES,
  SEGMENTS,
  PARTITIONS,
  SPARSE,
  SPARSE_SHAPE,
  SPARSE_MATH,
  RAGGED,
  HISTOGRAM,
  COUNTS,
  PADDING,
  BLOCKS,
  MATRIX,
  MATRIX_PARTS,
  DIAGONALS,
  CONVOLUTION,
  POOLING,
  PATCHES,
  NORMALIZATION,
  RESIZE,
  AREA_SAMPLING,
  CROPS,
  COLORS,
  LOSSES,
  QUANTIZATION,
  BOXES,
  QUANTIZE_DEQUANTIZE,
  RECURRENT,
  GRADIENTS,
  FUSED,
];

const EMITTERS: ReadonlyMap<string, Emitter> = new Map(OP_FAMILIES.flatMap(({ ops }) => Object.entries(ops)));

/** How an op is written; `undefined`: it is not covered. */
export function emitterOf(op: string): Emitter | undefined {
  return EMITTERS.get(op);
}
