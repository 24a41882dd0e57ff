import { elementCount } from '@servable/core';

/** A rectangular part of a tensor: where it starts in each dimension, and how far it reaches. */
export interface TensorRegion {
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
}

/** Elements that lie side by side in two regions; offsets are in elements from each region's start. */
export interface ElementRun {
  readonly source: number;
  readonly target: number;
  readonly length: number;
}

export function wholeRegion(shape: readonly number[]): TensorRegion {
  return { starts: shape.map(() => 0), lengths: shape };
}

export function regionText({ starts, lengths }: TensorRegion): string {
  return `[${starts.map((start, at) => `${start}:${start + (lengths[at] ?? 0)}`).join(', ')}]`;
}

export function isInside({ starts, lengths }: TensorRegion, shape: readonly number[]): boolean {
  return starts.length === shape.length && shape.every((size, at) => (starts[at] ?? -1) >= 0 && (lengths[at] ?? -1) >= 0 && endAt(starts, lengths, at) <= size);
}

export function sameRegion(left: TensorRegion, right: TensorRegion): boolean {
  return String(left.starts) === String(right.starts) && String(left.lengths) === String(right.lengths);
}

/** What two regions of one tensor share; `undefined` when nothing. */
export function intersect(left: TensorRegion, right: TensorRegion): TensorRegion | undefined {
  const starts = left.starts.map((start, at) => Math.max(start, right.starts[at] ?? 0));
  const lengths = starts.map((start, at) => Math.min(endAt(left.starts, left.lengths, at), endAt(right.starts, right.lengths, at)) - start);
  return lengths.every((length) => length > 0) ? { starts, lengths } : undefined;
}

/** Which elements of `source`'s row-major data are which of `target`'s, in rising order of both. */
export function* sharedRuns(source: TensorRegion, target: TensorRegion): Generator<ElementRun> {
  const shared = intersect(source, target);
  if (shared === undefined) return;
  const inner = contiguousFrom(shared, source, target);
  const length = elementCount(shared.lengths.slice(inner));
  const outer = shared.lengths.slice(0, inner);
  const rows = elementCount(outer);
  for (let row = 0; row < rows; row++) {
    const position = positionOf(row, outer, shared.starts);
    yield { source: offsetIn(source, position), target: offsetIn(target, position), length };
  }
}

/** The first dimension of those that, together, lie side by side in both regions: all after it are whole in both. */
function contiguousFrom(shared: TensorRegion, source: TensorRegion, target: TensorRegion): number {
  let inner = Math.max(0, shared.lengths.length - 1);
  while (inner > 0 && shared.lengths[inner] === source.lengths[inner] && shared.lengths[inner] === target.lengths[inner]) inner -= 1;
  return inner;
}

/** Where in the tensor a row begins; `row` counts through the outer dimensions. */
function positionOf(row: number, outer: readonly number[], starts: readonly number[]): number[] {
  const position = [...starts];
  let rest = row;
  for (let at = outer.length - 1; at >= 0; at--) {
    const size = outer[at] ?? 1;
    position[at] = (starts[at] ?? 0) + (rest % size);
    rest = Math.floor(rest / size);
  }
  return position;
}

function offsetIn({ starts, lengths }: TensorRegion, position: readonly number[]): number {
  let offset = 0;
  for (const [at, length] of lengths.entries()) offset = offset * length + (position[at] ?? 0) - (starts[at] ?? 0);
  return offset;
}

function endAt(starts: readonly number[], lengths: readonly number[], at: number): number {
  return (starts[at] ?? 0) + (lengths[at] ?? 0);
}
