import { DEFAULT_SIGNATURE_NAME, type RunContext, type Servable, ServingError } from '@servable/core';
import {
  decodeClassificationRequest,
  decodeMultiInferenceRequest,
  decodePredictRequest,
  decodeRegressionRequest,
  type ExampleRequest,
  type ExampleTask,
  type PredictionLog,
  type PredictionLogKind,
  resolvePredictInputs,
  selectSignature,
} from '@servable/protocol';
import { serverError } from '../errors.ts';
import { resolveTask, resolveTasks } from '../example-inference.ts';

export interface LogRun {
  readonly context: RunContext;
  readonly compat: 'default' | 'strict';
  /** Words a request that cannot be read. */
  onMalformed(error: ServingError): ServingError;
}

type Runner = (request: Uint8Array, servable: Servable, run: LogRun) => Promise<void>;

/** The kinds that can be run again: the others are refused, as TensorFlow Serving does. */
const RUNNERS: ReadonlyMap<PredictionLogKind, Runner> = new Map<PredictionLogKind, Runner>([
  ['predict', runPredict],
  ['classify', (request, servable, run) => runTask('classify', readable(() => decodeClassificationRequest(request), run), { servable, run })],
  ['regress', (request, servable, run) => runTask('regress', readable(() => decodeRegressionRequest(request), run), { servable, run })],
  ['multiInference', runMultiInference],
]);

/**
 * Runs the request of a PredictionLog; its answer is left. Of its model spec the signature alone matters. A log that says nothing is
 * passed over.
 *
 * @throws ServingError `SRV_WARMUP_TYPE_UNSUPPORTED`, and those of the method
 */
export async function runPredictionLog(log: PredictionLog, servable: Servable, run: LogRun): Promise<void> {
  if (log.kind === undefined) return;
  const runner = RUNNERS.get(log.kind);
  if (runner === undefined) throw serverError('SRV_WARMUP_TYPE_UNSUPPORTED', [log.kindNumber]);
  await runner(log.request, servable, run);
}

async function runPredict(bytes: Uint8Array, servable: Servable, run: LogRun): Promise<void> {
  const request = readable(() => decodePredictRequest(bytes), run);
  const { name, signature } = selectSignature(servable.signatures, request.modelSpec?.signatureName || DEFAULT_SIGNATURE_NAME);
  const { inputs, outputs } = resolvePredictInputs(request, signature);
  await servable.run(name, inputs, { ...run.context, outputs });
}

interface TaskRun {
  readonly servable: Servable;
  readonly run: LogRun;
}

async function runTask(task: ExampleTask, { modelSpec, input }: ExampleRequest, { servable, run }: TaskRun): Promise<void> {
  const signatureName = modelSpec?.signatureName || DEFAULT_SIGNATURE_NAME;
  const { inputs, outputs } = await resolveTask({ task, signatureName, input }, servable, run);
  await servable.run(signatureName, inputs, { ...run.context, outputs });
}

async function runMultiInference(bytes: Uint8Array, servable: Servable, run: LogRun): Promise<void> {
  const request = readable(() => decodeMultiInferenceRequest(bytes), run);
  const tasks = await resolveTasks(request, servable, run);
  await tasks.run(run.context);
}

function readable<Request>(decode: () => Request, run: LogRun): Request {
  try {
    return decode();
  } catch (error) {
    throw ServingError.is(error) ? run.onMalformed(error) : error;
  }
}
