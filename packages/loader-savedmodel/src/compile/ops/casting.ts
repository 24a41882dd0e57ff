import { bytesPerElement, type DType } from '@servable/core';
import { isFloat } from '../ir/constant-data.ts';
import { cast, compare, like, unary, where } from '../build/elementwise.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import type { Value } from '../ir/value.ts';
import type { OpCall, OpFamily } from '../op-call.ts';
import { Uncovered } from '../uncovered.ts';
import { heldType } from './held-type.ts';

const COMPLEX: ReadonlySet<DType> = new Set<DType>(['COMPLEX64', 'COMPLEX128']);

function castOp(call: OpCall): Value {
  const { b, attributes } = call;
  const x = call.input(0);
  const to = attributes.dtype('DstT');
  if (COMPLEX.has(x.dtype) || COMPLEX.has(to)) throw new Uncovered('complex numbers are not covered');
  if (attributes.flag('Truncate') && (to === 'FP16' || to === 'BF16')) throw new Uncovered('it cuts fractions off instead of rounding');
  if (x.dtype === 'BYTES' || to === 'BYTES') throw new Uncovered('it casts strings');
  return castNumbers(b, x, to);
}

/** Fractions become whole numbers by way of 32 bits where those hold them, as on the processors that TensorFlow runs on. */
export function castNumbers(b: GraphBuilder, x: Value, to: DType): Value {
  if (x.dtype === 'FP16' || x.dtype === 'BF16') return cast(b, cast(b, x, 'FP32'), to);
  if (to === 'BOOL' && isFloat(x.dtype)) return unary(b, 'Not', compare(b, 'Equal', [x, like(b, x, 0)]));
  const isNarrow = ['INT8', 'INT16', 'UINT8', 'UINT16'].includes(to);
  return isFloat(x.dtype) && isNarrow ? cast(b, cast(b, x, 'INT32'), to) : cast(b, x, to);
}

/** The same bits as another type: of 8 bits by their meaning, others by where the sign is. */
function bitcast(call: OpCall): Value {
  const { b, attributes } = call;
  const x = call.input(0);
  const to = heldType(attributes.dtype('type'));
  if (isFloat(x.dtype) !== isFloat(to) || bytesPerElement(x.dtype) !== bytesPerElement(to) || isFloat(to)) {
    if (x.dtype === to) return x;
    throw new Uncovered(`${x.dtype} as ${to}`);
  }
  return cast(b, x, to);
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
