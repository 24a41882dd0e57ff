import { frontAxis } from '../axes.ts';
import type { NodeCall } from '../node-call.ts';
import { ends } from '../proof-end.ts';
import type { Rule, RuleFamily } from '../rule.ts';
import { isLiteral, isSameSize, literal, literalOf, type Size } from '../size.ts';
import { tensorOf, type TensorValue } from '../value.ts';

/** Which axes are resized, and how: by a factor each, or to a size each. */
interface Plan {
  readonly axes: readonly number[];
  readonly scales: readonly Size[] | undefined;
  readonly sizes: readonly Size[] | undefined;
}

const resize: Rule = (call) => {
  const value = call.data(0);
  const shape = call.shape(0);
  if (call.text('coordinate_transformation_mode', '') === 'tf_crop_and_resize') throw ends('it crops, which is not followed');
  if (call.opset >= 11) call.requireFree(1);
  const all = shape.map((_, axis) => axis);
  const axes = call.opset >= 18 ? (call.integers('axes')?.map((axis) => frontAxis(axis, shape.length)) ?? all) : all;
  const [scales, sizes] = call.opset < 11 ? [1, 2] : [2, 3];
  return [resized(call, value, { axes, scales: givenElements(call, scales), sizes: givenElements(call, sizes) })];
};

const upsample: Rule = (call) => {
  const value = call.data(0);
  const axes = call.shape(0).map((_, axis) => axis);
  const scales = call.opset < 9 ? call.attribute('scales')?.floats?.map(literal) : givenElements(call, 1);
  return [resized(call, value, { axes, scales, sizes: undefined })];
};

/** An empty tensor stands for one that is left out, too. */
function givenElements(call: NodeCall, index: number): readonly Size[] | undefined {
  const elements = call.has(index) ? call.elements(index) : undefined;
  return elements?.length === 0 ? undefined : elements;
}

function resized(call: NodeCall, value: TensorValue, plan: Plan): TensorValue {
  const sizes = (value.shape ?? []).map((size, axis) => {
    const at = plan.axes.indexOf(axis);
    if (at === -1) return size;
    if (axis !== value.batch?.axis) return newSize(call, size, [plan.scales?.[at], plan.sizes?.[at]]);
    requireUnchanged(call, size, [plan.scales?.[at], plan.sizes?.[at]]);
    return size;
  });
  return tensorOf(sizes, value.batch);
}

type Change = readonly [scale: Size | undefined, size: Size | undefined];

function newSize(call: NodeCall, before: Size, [scale, size]: Change): Size {
  const isStretched = call.text('keep_aspect_ratio_policy', 'stretch') === 'stretch';
  if (size !== undefined && literalOf(size) !== undefined && isStretched) return size;
  const [factor, length] = [scale === undefined ? undefined : literalOf(scale), literalOf(before)];
  return factor === undefined || length === undefined ? call.sizes.dimension() : literal(Math.floor(factor * length));
}

function requireUnchanged(call: NodeCall, before: Size, [scale, size]: Change): void {
  if (scale !== undefined && isLiteral(scale, 1)) return;
  const isStretched = call.text('keep_aspect_ratio_policy', 'stretch') === 'stretch';
  if (size !== undefined && isSameSize(size, before) && isStretched) return;
  throw ends('it may resize the batch');
}

export const resizing: RuleFamily = {
  title: 'Resizing',
  domain: 'ai.onnx',
  holds: 'the factor of the batch is 1, or its new size the number of rows',
  rules: { Resize: resize, Upsample: upsample },
};
