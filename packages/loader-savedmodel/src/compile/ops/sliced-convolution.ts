import { binary, chain } from '../build/elementwise.ts';
import { pad } from '../build/filling.ts';
import type { GraphBuilder } from '../build/graph-builder.ts';
import { matrixProduct } from '../build/products.ts';
import { reshape } from '../build/reshape.ts';
import { joinLists, sizeList } from '../build/shape-lists.ts';
import { slice, TO_END } from '../build/slicing.ts';
import { shapeOf, type Value } from '../ir/value.ts';
import { Uncovered } from '../uncovered.ts';
import type { PaddedWindows, Windows } from './windows.ts';

/** A convolution of channels first, padded as `padded` says. */
interface SlicedConvolution {
  readonly input: Value;
  /** Outputs, inputs of one group, then the axes between. */
  readonly weights: Value;
  readonly groups: number;
  readonly windows: Windows;
  readonly padded: PaddedWindows;
}

/**
 * A convolution of types that ONNX Runtime computes none of: for each place of the filter what it meets is taken out of the input, times its weights,
 * and all are added up.
 */
export function slicedConvolution(b: GraphBuilder, { input, weights, groups, windows, padded }: SlicedConvolution): Value {
  const { pads } = padded;
  if (typeof pads === 'string') throw new Uncovered('its padding depends on sizes that only a run knows');
  const rank = windows.size.length;
  const around = windows.size.map((_, axis): readonly [number, number] => [pads[axis] ?? 0, pads[axis + rank] ?? 0]);
  const whole = pad(b, input, [[0, 0], [0, 0], ...around]);
  const products = placesOf(windows.size).map((place) => {
    const met = slice(b, whole, cutsOf(windows, place));
    const filter = slice(b, weights, place.map((at, axis) => ({ axis: axis + 2, start: at, end: at + 1 })));
    return { met, product: productOf(b, { met, filter, groups }) };
  });
  const sum = chain(b, 'Add', products.map(({ product }) => product));
  const sizes = windows.size.map((_, axis) => sizeList(b, products[0]?.met ?? whole, axis + 2));
  return reshape(b, sum, joinLists(b, [sizeList(b, input, 0), sizeList(b, weights, 0), ...sizes]));
}

/** Each place of a filter, by axis. */
function placesOf(size: readonly number[]): readonly (readonly number[])[] {
  return size.reduce<readonly (readonly number[])[]>((places, count) => places.flatMap((place) => Array.from({ length: count }, (_, at) => [...place, at])), [[]]);
}

/** What a place of the filter meets as the window moves. */
function cutsOf({ size, strides, dilations }: Windows, place: readonly number[]): readonly { readonly axis: number; readonly start: number; readonly end: number; readonly step: number }[] {
  return place.map((at, axis) => {
    const dilation = dilations[axis] ?? 1;
    const rest = ((size[axis] ?? 1) - 1 - at) * dilation;
    return { axis: axis + 2, start: at * dilation, end: rest === 0 ? TO_END : -rest, step: strides[axis] ?? 1 };
  });
}

/** For each group a product of matrices: outputs by inputs, times inputs by places. */
function productOf(b: GraphBuilder, { met, filter, groups }: { readonly met: Value; readonly filter: Value; readonly groups: number }): Value {
  const [outputs = 1, inputs = 1] = shapeOf(filter);
  const spatial = shapeOf(met).slice(2).map((_, axis) => sizeList(b, met, axis + 2));
  const places = spatial.reduce((count, size) => binary(b, 'Mul', [count, size]), b.list([1]));
  const columns = reshape(b, met, joinLists(b, [sizeList(b, met, 0), b.list([groups, Number(inputs)]), places]));
  const rows = reshape(b, filter, b.list([1, groups, Number(outputs) / groups, Number(inputs)]));
  return matrixProduct(b, rows, columns);
}
