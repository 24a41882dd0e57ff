import {
  DEFAULT_SIGNATURE_NAME,
  type NamedTensors,
  type RunContext,
  type Servable,
  servableError,
  type ServableRequest,
  type Signature,
  type Tensor,
} from '@servable/core';
import {
  encodeExampleRequest,
  encodeExampleResponse,
  type ExampleList,
  type ExampleOptions,
  type ExampleTask,
  exampleInputs,
  exampleInputsInSlices,
  exampleResult,
  type InferenceAnswer,
  type InferenceTask,
  type PlannedTask,
  planTasks,
  selectTaskSignature,
  taskOutputs,
} from '@servable/protocol';
import { nextTurn } from './large-bodies.ts';
import { type CallClock, infer, type InferenceOptions, type ResolvedRun } from './inference.ts';
import type { RequestRecord } from './request-record.ts';

export interface ExampleInferenceOptions extends InferenceOptions, ExampleOptions {}

/** What both protocols know of a request with examples before the model is looked up. */
export interface ExampleCall {
  readonly target: ServableRequest;
  readonly input: ExampleList;
  readonly clock: CallClock;
  readonly headers: () => ReadonlyMap<string, string>;
}

/** One task for one signature. */
export interface TaskCall extends ExampleCall {
  readonly task: ExampleTask;
  /** Empty means the default one. */
  readonly signatureName: string;
}

/** Classify or Regress. @throws ServingError those of `infer`, and the protocol package's `SRV_EXAMPLE_*` */
export async function inferTask(call: TaskCall, record: RequestRecord, options: ExampleInferenceOptions): Promise<InferenceAnswer> {
  const { target, input, clock, headers, task } = call;
  record.exampleCount = input.examples.length;
  const signatureName = call.signatureName || DEFAULT_SIGNATURE_NAME;
  record.encodeRequest ??= () => encodeExampleRequest({ name: target.name, version: record.version, signatureName }, input);
  const { id, outputs } = await infer(
    { target, signatureName, clock, headers, resolve: (servable) => resolveTask({ task, signatureName, input }, servable, options) },
    record,
    options,
  );
  const answer = { modelSpec: { ...id, signatureName }, result: exampleResult(task, outputs, input.examples.length) };
  record.encodeResponse = () => encodeExampleResponse(answer);
  return answer;
}

/** What to run for Classify or Regress. @throws ServingError the protocol package's `SRV_EXAMPLE_*` */
export async function resolveTask({ task, signatureName, input }: Pick<TaskCall, 'task' | 'signatureName' | 'input'>, servable: Servable, options: ExampleOptions): Promise<ResolvedRun> {
  const signature = selectTaskSignature(servable.signatures, signatureName);
  const outputs = taskOutputs(task, signature, options);
  return { signature, inputs: await inputsOf(input, signature, options), outputs };
}

/** Above this, examples are read a slice at a time: it takes longer than others should wait. */
const MAX_EXAMPLES_AT_ONCE = 256;

function inputsOf(input: ExampleList, signature: Signature, options: ExampleOptions): NamedTensors | Promise<NamedTensors> {
  if (input.examples.length <= MAX_EXAMPLES_AT_ONCE) return exampleInputs(input, signature, options);
  return exampleInputsInSlices(input, signature, { ...options, pause: nextTurn });
}

/** Several tasks on one version of a model. */
export interface TasksCall extends ExampleCall {
  readonly tasks: readonly InferenceTask[];
}

/** Its `run` is there. */
export interface TasksRun extends ResolvedRun {
  readonly planned: readonly PlannedTask[];
  run(context: RunContext): Promise<NamedTensors>;
}

/**
 * MultiInference: the version is chosen once, the inputs are made once, and every task runs on both.
 *
 * @throws ServingError those of `infer`, and the protocol package's `SRV_MULTI_*` and `SRV_EXAMPLE_*`
 */
export async function inferTasks(call: TasksCall, record: RequestRecord, options: ExampleInferenceOptions): Promise<readonly InferenceAnswer[]> {
  const { target, input, clock, headers, tasks } = call;
  record.exampleCount = input.examples.length;
  const signatureName = tasks[0]?.signatureName || DEFAULT_SIGNATURE_NAME;
  const { id, outputs, resolved } = await infer<TasksRun>(
    { target, signatureName, clock, headers, resolve: (servable) => resolveTasks(call, servable, options) },
    record,
    options,
  );
  return resolved.planned.map((planned, index) => {
    const own = new Map(planned.outputs.map((output) => [output, outputOf(outputs, index, output)]));
    const modelSpec = { ...id, signatureName: planned.signatureName };
    return { modelSpec, result: exampleResult(planned.task, own, input.examples.length) };
  });
}

/** What to run for MultiInference. @throws ServingError the protocol package's `SRV_MULTI_*` and `SRV_EXAMPLE_*` */
export async function resolveTasks({ tasks, input }: Pick<TasksCall, 'tasks' | 'input'>, servable: Servable, options: ExampleOptions): Promise<TasksRun> {
  const planned = planTasks(tasks, servable.signatures, options);
  const [first] = planned;
  if (first === undefined) throw servableError('SRV_INTERNAL', ['a request without tasks has no model']);
  const inputs = await inputsOf(input, first.signature, options);
  const feeds: Feed[] = [];
  for (const task of planned) feeds.push({ task, inputs: task.sharesInputs ? inputs : await inputsOf(input, task.signature, options) });
  return {
    signature: first.signature,
    inputs,
    outputs: planned.flatMap(({ outputs }, index) => outputs.map((output) => nameOf(index, output))),
    planned,
    run: (context) => runTasks(feeds, servable, context),
  };
}

/** Outputs of several signatures side by side: their aliases alone may be the same. */
const nameOf = (task: number, output: string): string => `${task}/${output}`;

function outputOf(outputs: NamedTensors, task: number, output: string): Tensor {
  const tensor = outputs.get(nameOf(task, output));
  if (tensor === undefined) throw servableError('SRV_INTERNAL', [`output '${output}' of task ${task} is missing`]);
  return tensor;
}

/** A task with its inputs. */
interface Feed {
  readonly task: PlannedTask;
  readonly inputs: NamedTensors;
}

/**
 * In one run of the graph where the servable can and all tasks have the same inputs; else all at once, until the last has ended: the
 * inputs are in use until then.
 */
async function runTasks(feeds: readonly Feed[], servable: Servable, context: RunContext): Promise<NamedTensors> {
  const [first] = feeds;
  if (first !== undefined && servable.runTogether !== undefined && feeds.every(({ task }) => task.sharesInputs)) {
    const calls = feeds.map(({ task }) => ({ signature: task.signatureName, outputs: task.outputs }));
    return joinOutputs(await servable.runTogether(calls, first.inputs, context));
  }
  const runs = feeds.map(async ({ task, inputs }) => servable.run(task.signatureName, inputs, { ...context, outputs: task.outputs }));
  const answers: NamedTensors[] = [];
  for (const outcome of await Promise.allSettled(runs)) {
    if (outcome.status === 'rejected') throw outcome.reason;
    answers.push(outcome.value);
  }
  return joinOutputs(answers);
}

function joinOutputs(answers: readonly NamedTensors[]): NamedTensors {
  return new Map(answers.flatMap((outputs, task) => Array.from(outputs, ([output, tensor]) => [nameOf(task, output), tensor] as const)));
}
