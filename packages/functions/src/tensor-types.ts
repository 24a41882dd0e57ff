import type { Dimension, DType, Tensor } from '@servable/core';

/** What is known of one input or output: its dtype, and its shape where that is fixed. Without a shape any rank will do. */
export interface ValueSpec<Type extends DType = DType> {
  readonly dtype: Type;
  readonly shape?: readonly Dimension[];
}

/** Inputs or outputs by name; a dtype alone is a value of any shape. */
export type ValueSpecs = Readonly<Record<string, DType | ValueSpec>>;

type Distribute<Each, Type extends DType> = Each extends { readonly dtype: infer Types; readonly data: infer Data }
  ? Type extends Types
    ? { readonly dtype: Type; readonly shape: readonly number[]; readonly data: Data }
    : never
  : never;

/** The tensor of a dtype, with its own array: `TensorFor<'FP32'>` holds a `Float32Array`. */
export type TensorFor<Type extends DType> = Distribute<Tensor, Type>;

type DTypeOf<Spec> = Spec extends DType ? Spec : Spec extends ValueSpec<infer Type> ? Type : never;

/** The tensors that specs describe, by the same names. */
export type TensorsOf<Specs extends ValueSpecs> = { readonly [Name in keyof Specs]: TensorFor<DTypeOf<Specs[Name]>> };
