import { Ajv, type ErrorObject } from 'ajv';
import { loaderError } from './errors.ts';
import { ONNX_PLUGIN_OPTIONS_SCHEMA } from './onnx-options.ts';

/** @throws ServingError `SRV_ONNX_PLUGIN_OPTION_INVALID` */
export function checkPluginOptions(options: object): void {
  // A config mostly gives none, and a schema takes milliseconds to compile.
  if (Object.keys(options).length === 0) return;
  const validate = new Ajv({ verbose: true }).compile(ONNX_PLUGIN_OPTIONS_SCHEMA);
  if (validate(options)) return;
  const [fault] = validate.errors ?? [];
  throw loaderError('SRV_ONNX_PLUGIN_OPTION_INVALID', fault === undefined ? ['', 'is not valid'] : describe(fault));
}

function describe({ keyword, params, instancePath, data, message = '' }: ErrorObject): [option: string, reason: string] {
  if (keyword === 'additionalProperties') {
    return [String(params['additionalProperty']), `is not known; known are ${Object.keys(ONNX_PLUGIN_OPTIONS_SCHEMA.properties).join(', ')}`];
  }
  const allowed: unknown = params['allowedValues'];
  return [instancePath.slice(1), `is ${JSON.stringify(data)}, which ${Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : message}`];
}
