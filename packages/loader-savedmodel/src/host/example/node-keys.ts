import type { DType } from '@servable/core';
import type { Value } from '../../compile/ir/value.ts';
import { Uncovered } from '../../compile/uncovered.ts';
import type { FeatureType } from './feature-values.ts';

/** The strings of an input that must be known while compiling: each byte a character. */
export function knownKeys({ constant }: Value): readonly string[] {
  if (constant?.dtype !== 'BYTES') throw new Uncovered('its keys are only known at run time');
  return (constant.read() as readonly Uint8Array[]).map(keyOf);
}

/** A key as it is kept on disk. */
export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** A type that features have. @throws Uncovered */
export function featureType(dtype: DType | undefined): FeatureType {
  if (dtype === 'FP32' || dtype === 'INT64' || dtype === 'BYTES') return dtype;
  throw new Uncovered(`examples have no values of type ${dtype ?? 'none'}`);
}
