import type { DType } from '@servable/core';
import { isUnsigned } from '../ir/constant-data.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import { binary, cast, chain, like } from './elementwise.ts';
import { expand } from './filling.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { kernelType } from './kernel-types.ts';
import { inPlace } from './order.ts';
import { squeeze } from './reshape.ts';
import { joinLists, sizeList } from './shape-lists.ts';
import { concat, slice, TO_END } from './slicing.ts';

const NARROW: ReadonlySet<DType> = new Set<DType>(['BOOL', 'INT8', 'INT16', 'INT32', 'UINT8', 'UINT16', 'UINT32']);
const HALF = 2n ** 32n;

/**
 * A sum of whole numbers that wraps around, as TensorFlow's does. ONNX Runtime adds them up as doubles and stops at the largest: those of 32 bits are added
 * with 64, those of 64 bits in two halves.
 */
export function wholeSum(b: GraphBuilder, x: Value, sum: (x: Value) => Value): Value {
  if (x.dtype !== 'INT64' && x.dtype !== 'UINT64') return x.dtype === 'INT32' || isUnsigned(x.dtype) ? cast(b, sum(cast(b, x, 'INT64')), x.dtype) : sum(x);
  const wide = cast(b, x, 'INT64');
  if (isNarrow(b, wide)) return cast(b, sum(wide), x.dtype);
  const low = binary(b, 'BitwiseAnd', [wide, b.scalar('INT64', HALF - 1n)]);
  const high = binary(b, 'Div', [binary(b, 'Sub', [wide, low]), b.scalar('INT64', HALF)]);
  return cast(b, binary(b, 'Add', [binary(b, 'Mul', [sum(high), b.scalar('INT64', HALF)]), sum(low)]), x.dtype);
}

/** Whether it is made of numbers that have no more than 32 bits. */
function isNarrow(b: GraphBuilder, x: Value): boolean {
  const origin = b.originOf(x);
  const from = origin?.operator === 'Cast' ? origin.inputs[0]?.dtype : undefined;
  return from !== undefined && NARROW.has(from);
}

/** A product of whole numbers along the first axes that wraps around, as TensorFlow's does: ONNX Runtime's operator stops at the largest number. */
export function wholeProduct(b: GraphBuilder, value: Value, axes: number): Value {
  const kernel = kernelType('CumProd', value.dtype);
  const x = inPlace(b, cast(b, value, kernel));
  const sizes = shapeOf(x).map((_, axis) => sizeList(b, x, axis));
  const [taken, kept] = [sizes.slice(0, axes), sizes.slice(axes)];
  const inner = shapeOf(x).slice(axes);
  const flat = b.one('Reshape', [x, joinLists(b, [chain(b, 'Mul', taken), ...kept])], { dtype: kernel, shape: [b.sizes.next(), ...inner] }, { allowzero: 1 });
  // So that there is one also where there are no numbers.
  const first = { ...expand(b, like(b, x, 1), joinLists(b, [b.list([1]), ...kept])), shape: [1, ...inner] };
  const started = inPlace(b, concat(b, [first, flat], 0));
  const products = b.one('CumProd', [started, b.scalar('INT32', 0)], { dtype: kernel, shape: started.shape });
  const last = { ...slice(b, products, [{ axis: 0, start: -1, end: TO_END }]), shape: [1, ...inner] };
  return cast(b, squeeze(b, last, [0]), value.dtype);
}
