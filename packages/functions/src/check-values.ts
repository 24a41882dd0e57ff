import { createTensor, type Dimension, messageOf, type NamedTensors, type Tensor, type TensorSpec } from '@servable/core';
import { functionError } from './errors.ts';

/** Checks inputs against their specs, and gives them by name. @throws ServingError `SRV_FUNCTION_INPUT_INVALID` */
export function checkInputs(specs: ReadonlyMap<string, TensorSpec>, inputs: NamedTensors): Readonly<Record<string, Tensor>> {
  const sizes = new Map<string, number>();
  const checked = Array.from(specs, ([name, spec]): [string, Tensor] => {
    const tensor = inputs.get(name);
    if (tensor === undefined) throw functionError('SRV_FUNCTION_INPUT_INVALID', [name, `a ${describe(spec)}`, 'nothing']);
    if (tensor.dtype !== spec.dtype || !fits(spec.shape, tensor.shape, sizes)) {
      throw functionError('SRV_FUNCTION_INPUT_INVALID', [name, `a ${describe(spec)}`, `a ${describe(tensor)}${whichSizes(spec.shape, sizes)}`]);
    }
    return [name, tensor];
  });
  return Object.fromEntries(checked);
}

/** Where an answer came from, for messages. */
export interface AnswerOrigin {
  readonly servable: string;
  readonly signature: string;
}

/**
 * Checks what a function gave: every output that is wanted, of its dtype, and of its shape where that is declared.
 *
 * @throws ServingError `SRV_FUNCTION_OUTPUT_INVALID`
 */
export function checkOutputs(specs: ReadonlyMap<string, TensorSpec>, answer: unknown, wanted: readonly string[], origin: AnswerOrigin): NamedTensors {
  const named = typeof answer === 'object' && answer !== null ? (answer as Readonly<Record<string, unknown>>) : {};
  const names = wanted.length > 0 ? wanted : [...specs.keys()];
  return new Map(
    names.map((name) => {
      const spec = specs.get(name);
      const value = Object.hasOwn(named, name) ? named[name] : undefined;
      const fault = spec === undefined ? 'the signature has none of that name' : faultOf(spec, value);
      if (fault !== undefined) throw functionError('SRV_FUNCTION_OUTPUT_INVALID', [origin.servable, origin.signature, name, fault]);
      return [name, value as Tensor];
    }),
  );
}

function faultOf(spec: TensorSpec, value: unknown): string | undefined {
  if (value === undefined) return 'it is missing';
  if (typeof value !== 'object' || value === null || !('dtype' in value) || !('shape' in value) || !('data' in value)) return 'it is no tensor';
  const tensor = value as Tensor;
  if (tensor.dtype !== spec.dtype || !fits(spec.shape, tensor.shape, new Map())) return `it must be a ${describe(spec)}, got a ${describe(tensor)}`;
  try {
    createTensor(tensor.dtype, tensor.shape, tensor.data);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Whether sizes fit; a name stands for the same size wherever `sizes` has it already. */
function fits(expected: TensorSpec['shape'], shape: readonly number[], sizes: Map<string, number>): boolean {
  if (expected === undefined) return true;
  return expected.length === shape.length && expected.every((dimension, axis) => fitsSize(dimension, shape[axis] ?? 0, sizes));
}

function fitsSize(dimension: Dimension, size: number, sizes: Map<string, number>): boolean {
  if (typeof dimension === 'number') return dimension === -1 || dimension === size;
  const known = sizes.get(dimension);
  if (known === undefined) sizes.set(dimension, size);
  return known === undefined || known === size;
}

function describe({ dtype, shape }: { readonly dtype: string; readonly shape?: readonly Dimension[] | undefined }): string {
  return shape === undefined ? `${dtype} tensor` : `${dtype} tensor of shape [${shape.join(', ')}]`;
}

function whichSizes(shape: TensorSpec['shape'], sizes: ReadonlyMap<string, number>): string {
  const known = (shape ?? []).flatMap((dimension) => (typeof dimension === 'string' && sizes.has(dimension) ? [`${dimension} is ${sizes.get(dimension) ?? 0}`] : []));
  return known.length === 0 ? '' : ` (${known.join(', ')})`;
}
