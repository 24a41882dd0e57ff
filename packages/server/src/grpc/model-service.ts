import { type GrpcMethod, type Manager, parseModelName } from '@servable/core';
import { decodeGetModelStatusRequest, encodeGetModelStatusResponse, presentModelSpec, selectModelStates } from '@servable/protocol';
import { type RecordedCall, recordedMethod } from './recorded-method.ts';
import { reloadConfig, type ReloadService } from './reload-config.ts';

const SERVICE = '/tensorflow.serving.ModelService';

/** `tensorflow.serving.ModelService`. */
export function modelMethods(manager: Manager, service: ReloadService): readonly GrpcMethod[] {
  return [
    recordedMethod({
      path: `${SERVICE}/GetModelStatus`,
      method: 'status',
      hooks: manager.hooks,
      answer: (call) => getModelStatus(call, manager),
    }),
    recordedMethod({
      path: `${SERVICE}/HandleReloadConfigRequest`,
      method: 'reload',
      hooks: manager.hooks,
      answer: (call) => reloadConfig(call, service),
    }),
  ];
}

function getModelStatus({ request, record }: RecordedCall, manager: Manager): Uint8Array {
  const { modelSpec } = decodeGetModelStatusRequest(request);
  const { name } = presentModelSpec(modelSpec);
  record.model = name;
  const states = name === '' ? [] : manager.states.versions(parseModelName(name));
  return encodeGetModelStatusResponse(selectModelStates(modelSpec, states));
}
