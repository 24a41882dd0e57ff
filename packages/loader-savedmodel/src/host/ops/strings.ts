import { createTensor, type Tensor } from '@servable/core';
import { Uncovered } from '../../compile/uncovered.ts';
import { bytesOf, type HostCall, type HostFamily, hostInput, hostOp, type HostPlan } from '../host-op.ts';
import { fixedText } from '../text/fixed-text.ts';

/** Numbers that are written between pauses. */
const STEP = 64;

/** What works on each element for itself. */
function elementwise<Attributes>(call: HostCall, attributes: Attributes, dtype: Tensor['dtype']): HostPlan<Attributes> {
  return { attributes, outputs: [{ dtype, shape: hostInput(call, 0).shape }], keepsRows: true };
}

/** How long each string is, in bytes or in characters. */
const stringLength = hostOp<{ readonly unit: string }>({
  plan: (call) => elementwise(call, { unit: call.attributes.text('unit', 'BYTE') }, 'INT32'),
  prepare: ({ unit }) => {
    const lengthOf = unit === 'UTF8_CHAR' ? charactersOf : (text: Uint8Array): number => text.length;
    return ([input]) => [createTensor('INT32', input?.shape ?? [], Int32Array.from(bytesOf(input), lengthOf))];
  },
});

/** Bytes that begin a character, or stand alone: all but those that continue one. */
function charactersOf(text: Uint8Array): number {
  let count = 0;
  for (const byte of text) if ((byte & 0xc0) !== 0x80) count++;
  return count;
}

/** Digits after the point where none are asked for, as in C. */
const DEFAULT_PRECISION = 6;

const asString = hostOp<{ readonly precision: number }>({
  plan: (call) => {
    const { attributes } = call;
    const { dtype } = hostInput(call, 0);
    const isFloat = dtype === 'FP32' || dtype === 'FP64';
    if (!isFloat && dtype !== 'BOOL' && !/^U?INT/u.test(dtype)) throw new Uncovered(`numbers of ${dtype} as strings`);
    if (attributes.integer('width', -1) > -1 || attributes.text('fill') !== '') throw new Uncovered('it fills numbers up to a width');
    if (isFloat && (attributes.flag('scientific') || attributes.flag('shortest'))) throw new Uncovered('it writes numbers with exponents');
    return elementwise(call, { precision: attributes.integer('precision', -1) }, 'BYTES');
  },
  prepare: ({ precision }) => {
    const digits = precision === -1 ? DEFAULT_PRECISION : precision;
    return ([input]) => textsOf(input, digits);
  },
});

function* textsOf(input: Tensor | undefined, digits: number): Generator<undefined, readonly Tensor[]> {
  if (input === undefined || input.dtype === 'BYTES') throw new TypeError('numbers were planned');
  const isFloat = input.dtype === 'FP32' || input.dtype === 'FP64';
  const write = (value: number | bigint): string => (isFloat ? fixedText(Number(value), digits) : input.dtype === 'BOOL' ? String(value !== 0) : String(value));
  const texts: Uint8Array[] = [];
  for (const value of input.data) {
    texts.push(Uint8Array.from(Buffer.from(write(value))));
    if (texts.length % STEP === 0) yield undefined;
  }
  return [createTensor('BYTES', input.shape, texts)];
}

/** Numbers of strings, and strings of numbers. */
export const STRINGS: HostFamily = {
  title: 'Strings and numbers',
  ops: { AsString: asString, StringLength: stringLength },
};
