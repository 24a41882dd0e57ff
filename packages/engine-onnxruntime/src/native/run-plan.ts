import type { ThreadPlan } from '@servable/engine-threads/native';
import type { OutputForm } from './flatten-outputs.ts';

/** A plan, as ONNX Runtime needs it. */
export interface RunPlan extends ThreadPlan {
  /** In the graph's order. */
  readonly inputs: readonly PlannedInput[];
  readonly outputs: readonly PlannedOutput[];
}

export interface PlannedInput {
  /** The address of its name. */
  readonly name: number;
  readonly type: number;
}

export interface PlannedOutput {
  readonly name: number;
  readonly form: OutputForm;
  /** Element types of its values and (of maps) keys: an empty sequence does not say. */
  readonly type: number;
  readonly keyType: number;
  /** Its sizes as far as the file says them; `undefined`: only a run tells. */
  readonly shape: readonly PlannedSize[] | undefined;
}

/** A size that is fixed, or that of an input's axis. */
export type PlannedSize = number | { readonly input: number; readonly axis: number };

/** Finds each size of an output among those of the inputs; `undefined` when one is nowhere. Pure. */
export function planShape(
  output: readonly (number | string)[] | undefined,
  inputs: readonly (readonly (number | string)[] | undefined)[],
): readonly PlannedSize[] | undefined {
  const sizes = output?.map((size) => (typeof size === 'number' ? size : findSize(size, inputs)));
  return sizes?.every((size): size is PlannedSize => size !== undefined && size !== -1) === true ? sizes : undefined;
}

/** What the sizes are for inputs of these shapes. Pure. */
export function resolveShape(planned: readonly PlannedSize[], inputs: readonly (readonly number[])[]): number[] {
  return planned.map((size) => (typeof size === 'number' ? size : (inputs[size.input]?.[size.axis] ?? 0)));
}

function findSize(name: string, inputs: readonly (readonly (number | string)[] | undefined)[]): PlannedSize | undefined {
  for (const [input, shape] of inputs.entries()) {
    const axis = shape?.indexOf(name) ?? -1;
    if (axis >= 0) return { input, axis };
  }
  return undefined;
}
