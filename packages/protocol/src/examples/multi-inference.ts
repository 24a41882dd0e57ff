import { DEFAULT_SIGNATURE_NAME, METHOD_NAMES, type Signature } from '@servable/core';
import { exampleError } from './errors.ts';
import { type ExampleOptions, type ExampleTask, taskOutputs } from './task.ts';

/** One task of a `MultiInferenceRequest`, as it came. */
export interface InferenceTask {
  readonly modelName: string;
  /** Empty: the default one. */
  readonly signatureName: string;
  readonly methodName: string;
}

/** One task that a model can do. */
export interface PlannedTask {
  readonly task: ExampleTask;
  readonly signatureName: string;
  readonly signature: Signature;
  /** Aliases of the outputs that it needs. */
  readonly outputs: readonly string[];
  /** Whether it takes the same inputs as the first task: the graph's own tensors. */
  readonly sharesInputs: boolean;
}

const TASKS: ReadonlyMap<string, ExampleTask> = new Map([
  [METHOD_NAMES.classify, 'classify'],
  [METHOD_NAMES.regress, 'regress'],
]);

/**
 * Checks the tasks of one request against a model's signatures, in the request's order.
 *
 * @throws ServingError `SRV_MULTI_*`, and those of `taskOutputs`
 *
 * Source: TF Serving, `TensorFlowMultiInferenceRunner::Infer` in `servables/tensorflow/multi_inference.cc`.
 */
export function planTasks(
  tasks: readonly InferenceTask[],
  signatures: ReadonlyMap<string, Signature>,
  options: ExampleOptions = {},
): readonly PlannedTask[] {
  const seen = new Set<string>();
  const planned: PlannedTask[] = [];
  for (const task of tasks) {
    checkModel(task, tasks[0]);
    const signatureName = task.signatureName || DEFAULT_SIGNATURE_NAME;
    if (seen.has(signatureName)) throw exampleError('SRV_MULTI_SIGNATURE_REPEATED', [signatureName]);
    seen.add(signatureName);
    const plan = planTask(task, signatureName, { signatures, options });
    const sharesInputs = haveSameInputs(planned[0]?.signature ?? plan.signature, plan.signature);
    if (!sharesInputs && options.compat === 'strict') throw exampleError('SRV_MULTI_INPUTS_DIFFER', []);
    planned.push({ ...plan, sharesInputs });
  }
  return planned;
}

function checkModel({ modelName }: InferenceTask, first: InferenceTask | undefined): void {
  if (modelName === '') throw exampleError('SRV_MULTI_MODEL_NAME_EMPTY', []);
  if (modelName !== first?.modelName) throw exampleError('SRV_MULTI_MODELS_DIFFER', []);
}

interface Planning {
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly options: ExampleOptions;
}

function planTask({ methodName }: InferenceTask, signatureName: string, { signatures, options }: Planning): Omit<PlannedTask, 'sharesInputs'> {
  const signature = signatures.get(signatureName);
  if (signature === undefined) throw exampleError('SRV_MULTI_SIGNATURE_NOT_FOUND', [signatureName]);
  const task = TASKS.get(methodName);
  if (task === undefined) throw exampleError('SRV_MULTI_METHOD_UNKNOWN', [methodName]);
  return { task, signatureName, signature, outputs: taskOutputs(task, signature, options) };
}

/** Whether one input can feed both: the graph's tensors must be the same, by the names that they have there. */
function haveSameInputs(one: Signature, other: Signature): boolean {
  if (one.inputs.size !== other.inputs.size) return false;
  return [...one.inputs].every(([alias, spec]) => {
    const match = other.inputs.get(alias);
    return match?.dtype === spec.dtype && (match.graphName ?? alias) === (spec.graphName ?? alias);
  });
}
