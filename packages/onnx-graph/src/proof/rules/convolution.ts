import { batchOnFirstAxis, onFirstAxis } from '../batch-first.ts';
import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { divide, isLiteral, literal, literalOf, multiply, ONE, type Size } from '../size.ts';
import { batchTensor, type TensorValue } from '../value.ts';

/** What a window does along one spatial axis. */
interface Window {
  readonly kernel: number | undefined;
  readonly stride: number;
  readonly dilation: number;
  /** Before and after together. */
  readonly padding: number;
}

/** The attributes that convolutions and pools share, for `rank` spatial axes. */
function windows(call: NodeCall, rank: number, kernel: readonly (number | undefined)[]): readonly Window[] {
  const [strides, dilations, pads] = ['strides', 'dilations', 'pads'].map((name) => call.integers(name));
  return Array.from({ length: rank }, (_, axis) => ({
    kernel: kernel[axis],
    stride: strides?.[axis] ?? 1,
    dilation: dilations?.[axis] ?? 1,
    padding: (pads?.[axis] ?? 0) + (pads?.[axis + rank] ?? 0),
  }));
}

/** Sizes after a window went over them; an unknown one where its size before is not known. */
function windowed(call: NodeCall, before: readonly Size[], each: readonly Window[]): readonly Size[] {
  const padding = call.text('auto_pad', 'NOTSET');
  const round = call.integer('ceil_mode', 0) === 1 ? undefined : Math.floor;
  return before.map((size, axis) => {
    const length = literalOf(size);
    const window = each[axis];
    if (length === undefined || window?.kernel === undefined || round === undefined) return call.sizes.dimension();
    if (padding.startsWith('SAME')) return literal(Math.ceil(length / window.stride));
    const reach = window.dilation * (window.kernel - 1) + 1;
    return literal(round((length + (padding === 'VALID' ? 0 : window.padding) - reach) / window.stride) + 1);
  });
}

/** `x` is the input that has the batch, `weight` the filters. */
export function convolve(call: NodeCall, x: number, weight: number): TensorValue {
  const batch = batchOnFirstAxis(call, x);
  const shape = call.shape(x);
  const { shape: filters } = call.value(weight);
  const kernel = call.integers('kernel_shape') ?? filters?.slice(2).map(literalOf) ?? [];
  const spatial = shape.slice(2);
  return onFirstAxis(batch, [filters?.[0] ?? call.sizes.dimension(), ...windowed(call, spatial, windows(call, spatial.length, kernel))]);
}

const convTranspose: Rule = (call) => {
  const batch = batchOnFirstAxis(call, 0);
  const { shape: filters } = call.value(1);
  const spatial = call.shape(0).slice(2);
  const kernel = call.integers('kernel_shape') ?? filters?.slice(2).map(literalOf) ?? [];
  const channels = filters?.[1] === undefined ? call.sizes.dimension() : multiply(filters[1], literal(call.integer('group', 1)));
  return [onFirstAxis(batch, [channels, ...transposedSizes(call, spatial, windows(call, spatial.length, kernel))])];
};

function transposedSizes(call: NodeCall, before: readonly Size[], each: readonly Window[]): readonly Size[] {
  const given = call.integers('output_shape');
  if (given?.length === before.length) return given.map(literal);
  const extra = call.integers('output_padding');
  const padding = call.text('auto_pad', 'NOTSET');
  return before.map((size, axis) => {
    const length = literalOf(size);
    const window = each[axis];
    if (length === undefined || window?.kernel === undefined || padding.startsWith('SAME')) return call.sizes.dimension();
    const reach = window.dilation * (window.kernel - 1) + 1;
    return literal((length - 1) * window.stride + (extra?.[axis] ?? 0) + reach - (padding === 'VALID' ? 0 : window.padding));
  });
}

/** Pools work on each channel of each image, so the batch may also be their second axis. */
const pool: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  if (value.batch !== undefined && value.batch.axis > 1) throw ends('it pools over the batch');
  const spatial = shape.slice(2);
  const sizes = [...shape.slice(0, 2), ...windowed(call, spatial, windows(call, spatial.length, call.integers('kernel_shape') ?? []))];
  const pooled = value.batch === undefined ? { ...value, shape: sizes } : batchTensor(sizes, value.batch);
  return [pooled, ends('the places it found are counted through the whole batch')];
};

const globalPool: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  if (value.batch !== undefined && value.batch.axis > 1) throw ends('it pools over the batch');
  const sizes = shape.map((size, axis) => (axis < 2 ? size : ONE));
  return [value.batch === undefined ? { ...value, shape: sizes } : batchTensor(sizes, value.batch)];
};

const deformConv: Rule = (call) => {
  const batch = batchOnFirstAxis(call, 0, 2, 4);
  const { shape: filters } = call.value(1);
  return [onFirstAxis(batch, [filters?.[0] ?? call.sizes.dimension(), ...call.dimensions(call.shape(0).length - 2)])];
};

const depthToSpace: Rule = (call) => blocks(call, (channels, area) => divide(channels, literal(area)), (size, block) => multiply(size, literal(block)));
const spaceToDepth: Rule = (call) => blocks(call, (channels, area) => multiply(channels, literal(area)), (size, block) => divide(size, literal(block)));

type Resized = (size: Size, by: number) => Size | undefined;

function blocks(call: NodeCall, ofChannels: Resized, ofPlaces: Resized): readonly TensorValue[] {
  const batch = batchOnFirstAxis(call, 0);
  const block = call.integer('blocksize', 1);
  const [, channels = ONE, ...places] = call.shape(0);
  const sizes = [ofChannels(channels, block * block), ...places.map((size) => ofPlaces(size, block))];
  return [onFirstAxis(batch, sizes.map((size) => size ?? call.sizes.dimension()))];
}

export const convolutions: RuleFamily = {
  title: 'Convolutions and pools',
  domain: 'ai.onnx',
  holds: 'the batch is axis 0, and all else is weights; the places that `MaxPool` gives as its second output count through the whole batch',
  rules: {
    AveragePool: pool,
    Conv: (call) => [convolve(call, 0, 1)],
    ConvInteger: (call) => [convolveInteger(call)],
    ConvTranspose: convTranspose,
    DeformConv: deformConv,
    DepthToSpace: depthToSpace,
    GlobalAveragePool: globalPool,
    GlobalLpPool: globalPool,
    GlobalMaxPool: globalPool,
    LpPool: pool,
    MaxPool: pool,
    QLinearConv: (call) => [convolve(call, 0, 3)],
    SpaceToDepth: spaceToDepth,
  },
};

function convolveInteger(call: NodeCall): TensorValue {
  if (call.has(2) && call.shape(2).some((size) => !isLiteral(size, 1))) throw ends('its zero point is not one number');
  return convolve(call, 0, 1);
}
