import { frontAxis, requireApart } from '../axes.ts';
import { batchOnFirstAxis, onFirstAxis, onFirstAxisOfRank } from '../batch-first.ts';
import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { isSameSize, literal, literalOf } from '../size.ts';
import { batchSize, tensorOf, UNKNOWN } from '../value.ts';

const dft: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  call.requireFree(1);
  const given = call.opset < 20 ? call.integer('axis', 1) : call.has(2) ? call.literals(2)?.[0] : -2;
  if (given === undefined) throw ends('the axis it transforms is not known');
  const axis = frontAxis(given, shape.length);
  requireApart(value, axis);
  requireApart(value, shape.length - 1);
  return [tensorOf(shape.with(axis, call.sizes.dimension()).with(shape.length - 1, call.sizes.dimension()), value.batch)];
};

/** `[batch, frames, frequencies, real and imaginary]`. */
const stft: Rule = (call) => [onFirstAxisOfRank(call, batchOnFirstAxis(call, 0), 4)];

/** Made of parameters only. */
const table: Rule = (call) => {
  for (let index = 0; index < call.inputCount; index++) call.requireFree(index);
  return [UNKNOWN];
};

const determinant: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  if (value.batch !== undefined && value.batch.axis >= shape.length - 2) throw ends('it makes one number of a matrix that has the batch in it');
  return [tensorOf(shape.slice(0, -2), value.batch)];
};

export const gridSample: Rule = (call) => {
  const batch = batchOnFirstAxis(call, 0, 1);
  const [, ...places] = call.shape(1);
  const channels = call.shape(0)[1] ?? call.sizes.dimension();
  return [onFirstAxis(batch, [channels, ...places.slice(0, -1)])];
};

const affineGrid: Rule = (call) => {
  const { batch, shape } = call.data(0);
  const sizes = call.knownElements(1);
  const [rows, , ...places] = sizes;
  if (batch?.axis !== 0 || shape === undefined || rows === undefined || !isSameSize(rows, batchSize(batch))) throw ends('its size is not that of the batch');
  return [onFirstAxis(batch, [...places, literal(places.length)])];
};

const columnsToImage: Rule = (call) => {
  const image = call.elements(1);
  return [onFirstAxisOfRank(call, batchOnFirstAxis(call, 0), 2 + (image?.length ?? 0))];
};

const centerCropPad: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  call.requireFree(1);
  const axes = call.integers('axes')?.map((axis) => frontAxis(axis, shape.length)) ?? shape.map((_, axis) => axis);
  for (const axis of axes) requireApart(value, axis);
  return [tensorOf(shape.map((size, axis) => (axes.includes(axis) ? knownSize(call, axes.indexOf(axis)) : size)), value.batch)];
};

function knownSize(call: NodeCall, at: number): ReturnType<typeof literal> {
  const size = call.elements(1)?.[at];
  return size !== undefined && literalOf(size) !== undefined ? size : call.sizes.dimension();
}

export const signals: RuleFamily = {
  title: 'Signals, images, matrices',
  domain: 'ai.onnx',
  holds: 'the batch is axis 0 and no axis that is transformed',
  rules: {
    AffineGrid: affineGrid,
    BlackmanWindow: table,
    CenterCropPad: centerCropPad,
    Col2Im: columnsToImage,
    Det: determinant,
    DFT: dft,
    GridSample: gridSample,
    HammingWindow: table,
    HannWindow: table,
    MelWeightMatrix: table,
    STFT: stft,
  },
};
