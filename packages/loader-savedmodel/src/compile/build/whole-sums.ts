import type { DType } from '@servable/core';
import { isUnsigned } from '../ir/constant-data.ts';
import { type Value } from '../ir/value.ts';
import { binary, cast } from './elementwise.ts';
import type { GraphBuilder } from './graph-builder.ts';

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
