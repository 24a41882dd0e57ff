import type { ServableState } from '@servable/core';
import { versionStatusOf } from '../model-status.ts';
import { STATUS_NUMBERS } from '../status.ts';
import { bytesField, joinFields, textField, varintField } from './message-bytes.ts';

/** Writes a `tensorflow.serving.GetModelStatusResponse`, versions in the order given. */
export function encodeGetModelStatusResponse(states: readonly ServableState[]): Uint8Array {
  return joinFields(states.map((state) => bytesField(1, encodeState(state))));
}

function encodeState(state: ServableState): Uint8Array {
  const { version, state: apiState, errorCode, errorMessage } = versionStatusOf(state);
  const status = joinFields([varintField(1, STATUS_NUMBERS[errorCode].grpc), textField(2, errorMessage)]);
  return joinFields([varintField(1, version), varintField(2, apiState.number), bytesField(3, status)]);
}
