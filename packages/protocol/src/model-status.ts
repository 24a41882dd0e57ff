import { defineErrors, type LifecycleState, type ServableState, type Status } from '@servable/core';
import { type ModelSpec, presentModelSpec } from './model-spec.ts';
import { wholeTextOf } from './tensorflow-text.ts';

const modelStatusError = defineErrors<{
  SRV_MODEL_STATUS_NOT_FOUND: [model: string];
  SRV_VERSION_STATUS_NOT_FOUND: [model: string, version: string];
}>({
  SRV_MODEL_STATUS_NOT_FOUND: { status: 'NOT_FOUND', message: (model) => `Could not find any versions of model ${model}` },
  SRV_VERSION_STATUS_NOT_FOUND: {
    status: 'NOT_FOUND',
    message: (model, version) => `Could not find version ${version} of model ${model}`,
  },
});

/** A version's state as TensorFlow Serving's APIs name and number it. */
export interface ApiState {
  readonly name: 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';
  readonly number: 10 | 20 | 30 | 40 | 50;
}

const API_STATES: Readonly<Record<LifecycleState, ApiState>> = {
  new: { name: 'START', number: 10 },
  loading: { name: 'LOADING', number: 20 },
  ready: { name: 'AVAILABLE', number: 30 },
  draining: { name: 'UNLOADING', number: 40 },
  unloading: { name: 'UNLOADING', number: 40 },
  ended: { name: 'END', number: 50 },
};

/** What TensorFlow Serving calls a state. Source: `get_model_status.proto`. */
export function apiStateOf(state: LifecycleState): ApiState {
  return API_STATES[state];
}

/** One version's line in a status answer. */
export interface VersionStatus {
  readonly version: bigint;
  readonly state: ApiState;
  readonly errorCode: 'OK' | Status;
  /** Empty when all is well. */
  readonly errorMessage: string;
}

/** A version's state as a status answer says it, with the error it ended in. */
export function versionStatusOf({ id, state, error }: ServableState): VersionStatus {
  return {
    version: id.version,
    state: apiStateOf(state),
    errorCode: error?.status ?? 'OK',
    errorMessage: error === undefined ? '' : wholeTextOf(error),
  };
}

/**
 * The versions a status request asks for: the named one, or all in descending order. A label is ignored, and an empty name
 * is the name of a model without versions.
 *
 * @param states - of the named model, in any order
 * @throws ServingError `SRV_MODEL_SPEC_MISSING`, `SRV_MODEL_STATUS_NOT_FOUND`, `SRV_VERSION_STATUS_NOT_FOUND`
 *
 * Source: TF Serving, `GetModelStatusImpl` in `model_servers/get_model_status_impl.cc`.
 */
export function selectModelStates(
  modelSpec: ModelSpec | undefined,
  states: readonly ServableState[],
): readonly ServableState[] {
  const { name, version } = presentModelSpec(modelSpec);
  if (version === undefined) {
    if (states.length === 0) throw modelStatusError('SRV_MODEL_STATUS_NOT_FOUND', [name]);
    return [...states].sort((a, b) => (a.id.version < b.id.version ? 1 : -1));
  }
  const found = states.find((state) => state.id.version === version);
  if (found === undefined) throw modelStatusError('SRV_VERSION_STATUS_NOT_FOUND', [name, String(version)]);
  return [found];
}
