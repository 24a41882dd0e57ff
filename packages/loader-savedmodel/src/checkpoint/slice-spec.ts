import { savedModelError } from '../errors.ts';
import { isInside, type TensorRegion } from './tensor-region.ts';

/** A part of a tensor, as RestoreV2 asks for it. */
export interface SliceSpec {
  /** Of the whole tensor. */
  readonly shape: readonly number[];
  readonly region: TensorRegion;
}

const EXTENT = /^(?:-|(?<start>\d{1,15}),(?<length>\d{1,15}))$/;

/**
 * Reads one text of RestoreV2's `shape_and_slices`, such as `7 4 0,3:-`: the sizes of the whole tensor, then for each
 * dimension start and length, or `-` for all of it. An empty text means the whole tensor: `undefined`.
 *
 * @throws ServingError `SRV_CHECKPOINT_TARGET_INVALID`
 *
 * Source: TensorFlow, `ParseShapeAndSlice` in `framework/tensor_slice.cc`.
 */
export function parseSliceSpec(tensor: string, text: string): SliceSpec | undefined {
  if (text === '') return undefined;
  const words = text.split(' ');
  const shape = words.slice(0, -1).map(Number);
  const extents = (words.at(-1) ?? '').split(':').map((extent) => EXTENT.exec(extent)?.groups);
  const region = {
    starts: extents.map((extent) => Number(extent?.['start'] ?? 0)),
    lengths: extents.map((extent, at) => Number(extent?.['length'] ?? shape[at])),
  };
  const isWritten = words.slice(0, -1).every((word) => /^\d{1,15}$/.test(word)) && extents.every((extent) => extent !== undefined);
  if (isWritten && isInside(region, shape)) return { shape, region };
  throw savedModelError('SRV_CHECKPOINT_TARGET_INVALID', [tensor, `'${text}' is not a shape with a part of it`]);
}
