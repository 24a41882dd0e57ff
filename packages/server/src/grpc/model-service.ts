import { type GrpcMethod, type Manager, parseModelName } from '@servable/core';
import { decodeGetModelStatusRequest, encodeGetModelStatusResponse, presentModelSpec, selectModelStates } from '@servable/protocol';
import { notOffered, type RecordedCall, recordedMethod } from './recorded-method.ts';

const SERVICE = '/tensorflow.serving.ModelService';

/** `tensorflow.serving.ModelService`: GetModelStatus; HandleReloadConfigRequest says that it is not offered. */
export function modelMethods(manager: Manager): readonly GrpcMethod[] {
  return [
    recordedMethod({
      path: `${SERVICE}/GetModelStatus`,
      method: 'status',
      hooks: manager.hooks,
      answer: (call) => getModelStatus(call, manager),
    }),
    notOffered(`${SERVICE}/HandleReloadConfigRequest`),
  ];
}

function getModelStatus({ request, record }: RecordedCall, manager: Manager): Uint8Array {
  const { modelSpec } = decodeGetModelStatusRequest(request);
  const { name } = presentModelSpec(modelSpec);
  record.model = name;
  const states = name === '' ? [] : manager.states.versions(parseModelName(name));
  return encodeGetModelStatusResponse(selectModelStates(modelSpec, states));
}
