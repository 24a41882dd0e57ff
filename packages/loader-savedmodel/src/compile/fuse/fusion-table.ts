import type { Fusion } from './fusion.ts';
import { BATCH_NORMALIZATION_INTO_WEIGHTS, SCALE_AND_OFFSET } from './fusions/batch-normalization.ts';
import { GELU } from './fusions/gelu.ts';
import { GLOBAL_AVERAGE } from './fusions/global-average.ts';
import { LAYER_NORMALIZATION, LAYER_SCALE } from './fusions/layer-normalization.ts';
import { MASK_ALONE } from './fusions/masks.ts';
import { OFFSET_INTO_BIAS } from './fusions/offset-into-bias.ts';
import { PADDING_INTO_POOL } from './fusions/padding-into-pool.ts';
import { ROWS_NORMALIZATION } from './fusions/rows-normalization.ts';
import { ROWS_PRODUCT } from './fusions/rows-product.ts';
import { SAME_SHAPE } from './fusions/same-shape.ts';
import { SCALE_INTO_WEIGHTS } from './fusions/scale-into-weights.ts';
import { TRANSPOSE_EARLIER } from './fusions/transpose-earlier.ts';

/** Of those that fit a node the first is taken. */
export const FUSIONS: readonly Fusion[] = [
  SCALE_INTO_WEIGHTS,
  OFFSET_INTO_BIAS,
  BATCH_NORMALIZATION_INTO_WEIGHTS,
  SCALE_AND_OFFSET,
  PADDING_INTO_POOL,
  GLOBAL_AVERAGE,
  TRANSPOSE_EARLIER,
  ROWS_PRODUCT,
  ROWS_NORMALIZATION,
  SAME_SHAPE,
  LAYER_NORMALIZATION,
  LAYER_SCALE,
  GELU,
  MASK_ALONE,
];
