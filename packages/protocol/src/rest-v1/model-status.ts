import type { ServableState } from '@servable/core';
import { versionStatusOf } from '../model-status.ts';
import { fields, type ProtoJson, protoJsonText } from './proto-json.ts';

/** One model and the states of its versions. */
export interface ListedModel {
  readonly name: string;
  readonly states: readonly ServableState[];
}

/**
 * Writes the answer to `GET /v1/models/<name>`: every version, the highest first.
 *
 * @param states - of one model, in any order
 *
 * Source: TF Serving, `GetModelStatusResponse` in `get_model_status.proto`.
 */
export function encodeStatus(states: readonly ServableState[]): Uint8Array {
  return encode(fields({ model_version_status: versionList(states) }));
}

/**
 * Writes the answer to `GET /v1/models`, which TensorFlow Serving does not have: each model with what its own status answer
 * says, in the order given.
 */
export function encodeModelList(models: readonly ListedModel[]): Uint8Array {
  return encode(
    fields({ models: models.map(({ name, states }) => fields({ name, model_version_status: versionList(states) })) }),
  );
}

const encode = (value: ProtoJson): Uint8Array => new TextEncoder().encode(protoJsonText(value));

function versionList(states: readonly ServableState[]): readonly ProtoJson[] {
  const descending = states.toSorted((a, b) => (a.id.version < b.id.version ? 1 : -1));
  return descending.map((each) => {
    const { version, state, errorCode, errorMessage } = versionStatusOf(each);
    const status = fields({ error_code: errorCode, error_message: errorMessage });
    return fields({ version: String(version), state: state.name, status });
  });
}
