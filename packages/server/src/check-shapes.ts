import type { Dimension, NamedTensors, Signature } from '@servable/core';
import { serverError } from './errors.ts';

/**
 * Holds inputs against the shapes that a signature declares: -1 is any size, a name is any size but the same wherever the
 * name stands, also in other inputs. For `validation: 'strict'`.
 *
 * @throws ServingError `SRV_INPUT_SHAPE_MISMATCH`
 */
export function checkShapes(signature: Signature, inputs: NamedTensors): void {
  const sizeOf = new Map<string, number>();
  for (const [name, { shape: wanted }] of signature.inputs) {
    const got = inputs.get(name)?.shape;
    if (wanted === undefined || got === undefined || fits(wanted, got, sizeOf)) continue;
    throw serverError('SRV_INPUT_SHAPE_MISMATCH', [name, describe(wanted, sizeOf), got.join(', ')]);
  }
}

function fits(wanted: readonly Dimension[], got: readonly number[], sizeOf: Map<string, number>): boolean {
  return wanted.length === got.length && wanted.every((dimension, axis) => sizeFits(dimension, got[axis] ?? 0, sizeOf));
}

function sizeFits(wanted: Dimension, got: number, sizeOf: Map<string, number>): boolean {
  if (typeof wanted === 'number') return wanted === -1 || wanted === got;
  const known = sizeOf.get(wanted);
  if (known === undefined) sizeOf.set(wanted, got);
  return known === undefined || known === got;
}

function describe(wanted: readonly Dimension[], sizeOf: ReadonlyMap<string, number>): string {
  return wanted.map((dimension) => describeDimension(dimension, sizeOf)).join(', ');
}

/** A name with the size that it stood for before. */
function describeDimension(dimension: Dimension, sizeOf: ReadonlyMap<string, number>): string {
  const size = typeof dimension === 'string' ? sizeOf.get(dimension) : undefined;
  return size === undefined ? String(dimension) : `${dimension}=${size}`;
}
