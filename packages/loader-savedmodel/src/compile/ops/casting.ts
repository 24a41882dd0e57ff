import { bytesPerElement, type DType } from '@servable/core';
import { elementTypeNumber } from '@servable/onnx-graph';
import { isFloat, storedTensor } from '../ir/constant-data.ts';
import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { inPlace } from '../build/order.ts';
import { squeeze, unsqueeze } from '../build/reshape.ts';
import { joinLists, sizeList } from '../build/shape-lists.ts';
import { slice } from '../build/slicing.ts';
import { rankOf, shapeOf, type Value } from '../ir/value.ts';
import type { OpCall, OpFamily } from '../op-call.ts';
import { RefusedRun } from '../refused-run.ts';
import { Uncovered } from '../uncovered.ts';
import { heldType } from './held-type.ts';

const COMPLEX: ReadonlySet<DType> = new Set<DType>(['COMPLEX64', 'COMPLEX128']);

function castOp(call: OpCall): Value {
  const { b, attributes } = call;
  const x = call.input(0);
  const to = attributes.dtype('DstT');
  if (COMPLEX.has(x.dtype) || COMPLEX.has(to)) throw new Uncovered('complex numbers are not covered');
  if (x.dtype === 'BYTES' || to === 'BYTES') throw new Uncovered('it casts strings');
  return castNumbers(b, attributes.flag('Truncate') ? withoutLowBits(b, x, to) : x, to);
}

/** Bits of a fraction that a smaller type has no place for, by both. */
const LOW_BITS: Readonly<Record<string, bigint>> = { 'FP64 FP32': 29n, 'FP64 FP16': 42n, 'FP32 FP16': 13n, 'FP32 BF16': 16n };

/** Cut off instead of rounded. */
function withoutLowBits(b: GraphBuilder, x: Value, to: DType): Value {
  const count = LOW_BITS[`${x.dtype} ${to}`];
  if (count === undefined) return x;
  const dtype = x.dtype === 'FP64' ? 'UINT64' : 'UINT32';
  const kept = b.scalar(dtype, 2n ** (dtype === 'UINT64' ? 64n : 32n) - 2n ** count);
  return sameBits(b, binary(b, 'BitwiseAnd', [sameBits(b, x, dtype), kept]), x.dtype);
}

/** Fractions become whole numbers by way of 32 bits where those hold them, as on the processors that TensorFlow runs on. */
export function castNumbers(b: GraphBuilder, x: Value, to: DType): Value {
  if (x.dtype === 'FP16' || x.dtype === 'BF16') return cast(b, cast(b, x, 'FP32'), to);
  if (to === 'BOOL' && isFloat(x.dtype)) return unary(b, 'Not', compare(b, 'Equal', [x, like(b, x, 0)]));
  const isNarrow = ['INT8', 'INT16', 'UINT8', 'UINT16'].includes(to);
  return isFloat(x.dtype) && isNarrow ? cast(b, cast(b, x, 'INT32'), to) : cast(b, x, to);
}

/** The same bits as another type. Between types of different sizes one number becomes several along a last axis, or the other way around. */
function bitcast(call: OpCall): Value {
  const { b, attributes } = call;
  const x = call.input(0);
  const to = heldType(attributes.dtype('type'));
  if (COMPLEX.has(x.dtype) || COMPLEX.has(to)) throw new Uncovered('complex numbers are not covered');
  const [from, size] = [bytesPerElement(x.dtype), bytesPerElement(to)];
  if (from === size) return sameBits(b, x, to);
  const [whole, part] = [bitsType(Math.max(from, size)), bitsType(Math.min(from, size))];
  const bits = sameBits(b, x, from > size ? whole : part);
  return sameBits(b, from > size ? apart(b, bits, part) : joined(b, bits, whole), to);
}

function bitsType(bytes: number): DType {
  if (bytes === 8) return 'UINT64';
  return bytes === 4 ? 'UINT32' : bytes === 2 ? 'UINT16' : 'UINT8';
}

function sameBits(b: GraphBuilder, x: Value, to: DType): Value {
  if (x.dtype === to) return x;
  // Whole numbers of one size differ by the meaning of their sign only.
  if (!isFloat(x.dtype) && !isFloat(to)) return cast(b, x, to);
  return b.one('BitCast', [x], { dtype: to, shape: x.shape, order: x.order }, { to: elementTypeNumber(to) });
}

/** The parts of numbers along a new last axis, the lowest bits first. */
function apart(b: GraphBuilder, x: Value, to: DType): Value {
  const wide = cast(b, unsqueeze(b, inPlace(b, x), rankOf(x)), 'UINT64');
  const shifted = binary(b, 'BitShift', [wide, shifts(b, x.dtype, to)], { attributes: { direction: 'RIGHT' } });
  return cast(b, binary(b, 'BitwiseAnd', [shifted, b.scalar('UINT64', 2n ** BigInt(bytesPerElement(to) * 8) - 1n)]), to);
}

/** The numbers along the last axis as parts of one. */
function joined(b: GraphBuilder, x: Value, to: DType): Value {
  const [axis, count] = [rankOf(x) - 1, bytesPerElement(to) / bytesPerElement(x.dtype)];
  const given = shapeOf(x)[axis];
  if (typeof given === 'number' && given !== count) throw new RefusedRun('INVALID_ARGUMENT', `Cannot bitcast from ${x.dtype} to ${to}: the last axis has ${given} elements, not ${count}`);
  // What is not so long cannot be reshaped, which refuses the run.
  const lead = shapeOf(x).slice(0, -1).map((_, at) => sizeList(b, x, at));
  const target = joinLists(b, [...lead, b.list([count])]);
  const shape = shapeOf(x).with(axis, count);
  const parts = cast(b, b.one('Reshape', [inPlace(b, x), target], { dtype: x.dtype, shape }, { allowzero: 1 }), 'UINT64');
  const shifted = binary(b, 'BitShift', [parts, shifts(b, to, x.dtype)], { attributes: { direction: 'LEFT' } });
  const each = Array.from({ length: count }, (_, at) => squeeze(b, slice(b, shifted, [{ axis, start: at, end: at + 1 }]), [axis]));
  return cast(b, each.reduce((sum, next) => binary(b, 'BitwiseOr', [sum, next])), to);
}

function shifts(b: GraphBuilder, whole: DType, part: DType): Value {
  const [from, to] = [bytesPerElement(whole), bytesPerElement(part)];
  return b.stored(storedTensor('UINT64', [from / to], BigUint64Array.from({ length: from / to }, (_, at) => BigInt(at * to * 8))));
}

/** Conversions. */
export const CASTING: OpFamily = {
  title: 'Conversions',
  ops: {
    Bitcast: bitcast,
    Cast: castOp,
    ToBool: (call) => {
      const x = call.input(0);
      return where(call.b, compare(call.b, 'Equal', [x, like(call.b, x, 0)]), [call.b.scalar('BOOL', 0), call.b.scalar('BOOL', 1)]);
    },
  },
};
