import { bytesPerElement, type DType } from '@servable/core';
import { isUnsigned } from '../ir/constant-data.ts';
import { binary, cast, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import type { Value } from '../ir/value.ts';
import type { Emitter, OpFamily } from '../op-call.ts';
import { ofOne } from './math.ts';
import { ofTwo } from './arithmetic.ts';

const both = (operator: string): Emitter => ofTwo((b, pair) => binary(b, operator, pair));

/** The bits of a number of any width as 64 without a sign. */
function bitsOf(b: GraphBuilder, x: Value): Value {
  return cast(b, isUnsigned(x.dtype) ? x : cast(b, x, `U${x.dtype}` as DType), 'UINT64');
}

/** Numbers of places that are there: TensorFlow takes the nearest for others. */
function shiftOf(b: GraphBuilder, x: Value, by: Value): Value {
  const most = bytesPerElement(x.dtype) * 8 - 1;
  const wide = isUnsigned(by.dtype) ? cast(b, by, 'UINT64') : cast(b, binary(b, 'Max', [by, like(b, by, 0)]), 'UINT64');
  return binary(b, 'Min', [wide, like(b, wide, most)]);
}

const shifted = (b: GraphBuilder, bits: Value, by: Value, direction: 'LEFT' | 'RIGHT'): Value => binary(b, 'BitShift', [bits, by], { attributes: { direction } });

/** Of numbers below 0 the bits that come in are ones: as of their complement, complemented. */
function shiftRight(b: GraphBuilder, [x, by]: readonly [Value, Value]): Value {
  const places = shiftOf(b, x, by);
  const plain = cast(b, shifted(b, bitsOf(b, x), places, 'RIGHT'), x.dtype);
  if (isUnsigned(x.dtype)) return plain;
  const complement = unary(b, 'BitwiseNot', x);
  const turned = unary(b, 'BitwiseNot', cast(b, shifted(b, bitsOf(b, complement), places, 'RIGHT'), x.dtype));
  return where(b, compare(b, 'Less', [x, like(b, x, 0)]), [turned, plain]);
}

/** Bits of pairs, of fours, of bytes, added up side by side. */
function populationCount(b: GraphBuilder, x: Value): Value {
  const constant = (bits: bigint): Value => b.scalar('UINT64', bits);
  const masked = (bits: Value, mask: bigint): Value => binary(b, 'BitwiseAnd', [bits, constant(mask)]);
  const right = (bits: Value, by: number): Value => shifted(b, bits, constant(BigInt(by)), 'RIGHT');
  const bits = bitsOf(b, x);
  const pairs = binary(b, 'Sub', [bits, masked(right(bits, 1), 0x5555555555555555n)]);
  const fours = binary(b, 'Add', [masked(pairs, 0x3333333333333333n), masked(right(pairs, 2), 0x3333333333333333n)]);
  const bytes = masked(binary(b, 'Add', [fours, right(fours, 4)]), 0x0f0f0f0f0f0f0f0fn);
  return cast(b, right(binary(b, 'Mul', [bytes, constant(0x0101010101010101n)]), 56), 'UINT8');
}

/** Bits. */
export const BITWISE: OpFamily = {
  title: 'Bits',
  ops: {
    BitwiseAnd: both('BitwiseAnd'),
    BitwiseOr: both('BitwiseOr'),
    BitwiseXor: both('BitwiseXor'),
    Invert: ofOne((b, x) => unary(b, 'BitwiseNot', x)),
    LeftShift: ofTwo((b, [x, by]) => cast(b, shifted(b, bitsOf(b, x), shiftOf(b, x, by), 'LEFT'), x.dtype)),
    PopulationCount: ofOne(populationCount),
    RightShift: ofTwo(shiftRight),
  },
};
