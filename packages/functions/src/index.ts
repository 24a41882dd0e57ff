export {
  type AnySignature,
  defineServable,
  defineSignatures,
  type FunctionContext,
  type ManySignatures,
  type OneSignature,
  type ServableDefinition,
  type SetupContext,
  type SignatureDefinition,
  type SignatureOf,
} from './define-servable.ts';
export { type ErrorArguments, functionError } from './errors.ts';
export { type FunctionOptions, functionsPlugin as default } from './functions-plugin.ts';
export { tensor, textsOf, textTensor } from './tensors.ts';
export type { TensorFor, TensorsOf, ValueSpec, ValueSpecs } from './tensor-types.ts';
export { model, type ModelCall, type ModelCalls, type ModelUse, type ModelUseOptions, type NoUses, part, type PartUse, type PartUseOptions, type Use, type Uses } from './uses.ts';
