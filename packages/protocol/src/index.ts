export { dtypeOfNumber, tensorFlowTypeOf, type TensorFlowType } from './data-type.ts';
export { STATUS_NUMBERS, type StatusNumbers } from './status.ts';
export { tensorflowTextOf } from './tensorflow-text.ts';
