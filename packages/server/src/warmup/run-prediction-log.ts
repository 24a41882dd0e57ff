import { DEFAULT_SIGNATURE_NAME, type RunContext, type Servable, ServingError } from '@servable/core';
import { decodePredictRequest, type PredictionLog, type PredictionLogKind, type PredictRequest, resolvePredictInputs, selectSignature } from '@servable/protocol';
import { serverError } from '../errors.ts';

export interface LogRun {
  readonly context: RunContext;
  /** Words a request that cannot be read. */
  onMalformed(error: ServingError): ServingError;
}

type Runner = (request: Uint8Array, servable: Servable, run: LogRun) => Promise<void>;

/** The kinds that can be run again: the others are refused, as TensorFlow Serving does. */
const RUNNERS: ReadonlyMap<PredictionLogKind, Runner> = new Map<PredictionLogKind, Runner>([['predict', runPredict]]);

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

function readable(decode: () => PredictRequest, run: LogRun): PredictRequest {
  try {
    return decode();
  } catch (error) {
    throw ServingError.is(error) ? run.onMalformed(error) : error;
  }
}
