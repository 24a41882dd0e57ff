import { defineErrors, parseModelName, parseVersion, type ServableRequest } from '@servable/core';

const modelSpecError = defineErrors<{ SRV_MODEL_SPEC_MISSING: [] }>({
  SRV_MODEL_SPEC_MISSING: { status: 'INVALID_ARGUMENT', message: () => 'Missing ModelSpec' },
});

/** Which model, version and signature a request means, as TensorFlow Serving's APIs say it. At most one of version and label. */
export interface ModelSpec {
  readonly name: string;
  readonly version?: bigint;
  readonly versionLabel?: string;
  /** Empty: the default one. */
  readonly signatureName: string;
}

/** @throws ServingError `SRV_MODEL_SPEC_MISSING` when a request has none */
export function presentModelSpec(modelSpec: ModelSpec | undefined): ModelSpec {
  if (modelSpec === undefined) throw modelSpecError('SRV_MODEL_SPEC_MISSING', []);
  return modelSpec;
}

/**
 * What to ask the manager for.
 *
 * @throws ServingError `SRV_MODEL_SPEC_MISSING`, `SRV_MODEL_NAME_EMPTY`
 */
export function toServableRequest(modelSpec: ModelSpec | undefined): ServableRequest {
  const { name: text, version, versionLabel } = presentModelSpec(modelSpec);
  const name = parseModelName(text);
  if (versionLabel !== undefined) return { kind: 'label', name, label: versionLabel };
  if (version !== undefined) return { kind: 'version', name, version: parseVersion(version) };
  return { kind: 'latest', name };
}

/** The model spec that answers carry: the version that was used, and the signature where one ran. */
export interface AnsweredModelSpec {
  readonly name: string;
  readonly version: bigint;
  /** Empty where no signature ran. */
  readonly signatureName: string;
}
