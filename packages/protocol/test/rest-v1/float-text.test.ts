import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_NUMBER_BYTES, writeFloat32, writeFloat64, writeInteger } from '../../src/rest-v1/float-text.ts';
import { readShared, textOf } from './rest-fixture.ts';

interface NumberText {
  readonly bits: string;
  readonly text: string;
}

const golden = readShared('wire/number_text.json') as { readonly float: readonly NumberText[]; readonly double: readonly NumberText[] };

const written = (write: typeof writeFloat32, value: number): string => {
  const target = new Uint8Array(MAX_NUMBER_BYTES);
  return textOf(target.subarray(0, write(target, 0, value)));
};
const floatOf = (bits: string): number => new DataView(Uint32Array.of(Number(`0x${bits}`)).buffer).getFloat32(0, true);
const doubleOf = (bits: string): number => new DataView(BigUint64Array.of(BigInt(`0x${bits}`)).buffer).getFloat64(0, true);

it.each(golden.float.map(({ bits, text }) => [text, bits]))('writes the float32 %s (%s)', (text, bits) => {
  expect(written(writeFloat32, floatOf(bits))).toBe(text);
});

it.each(golden.double.map(({ bits, text }) => [text, bits]))('writes the double %s (%s)', (text, bits) => {
  expect(written(writeFloat64, doubleOf(bits))).toBe(text);
});

it('writes floats that read back as they were', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true }), (value) => {
      expect(Math.fround(Number(written(writeFloat32, value)))).toBe(value);
    }),
    { numRuns: 20_000, seed: 1 },
  );
});

it('writes doubles that read back as they were', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      expect(Number(written(writeFloat64, value))).toBe(value);
    }),
    { numRuns: 20_000, seed: 2 },
  );
});

it('never takes more digits than nine for a float and seventeen for a double', () => {
  const digits = (text: string): number => text.replace(/e.*|[-.]/g, '').replace(/^0+|0+$/g, '').length;
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(digits(written(writeFloat64, value))).toBeLessThanOrEqual(17);
      const single = Math.fround(value);
      if (Number.isFinite(single)) expect(digits(written(writeFloat32, single))).toBeLessThanOrEqual(9);
    }),
    { numRuns: 5_000, seed: 3 },
  );
});

it('rounds ties to even, as printf does', () => {
  // Exactly between two decimals of nine and of seventeen digits.
  expect(written(writeFloat32, 1048576.125)).toBe('1048576.12');
  expect(written(writeFloat32, 1048576.375)).toBe('1048576.38');
  expect(written(writeFloat64, 70368744177664.0625)).toBe('70368744177664.062');
  expect(written(writeFloat64, 123456789012345680)).toBe('1.2345678901234568e+17');
});

it('writes whole numbers of any size', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      expect(written(writeInteger, value)).toBe(String(value));
    }),
    { numRuns: 5_000, seed: 4 },
  );
});
