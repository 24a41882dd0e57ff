import { Ajv } from 'ajv';
import { savedModelError } from '../errors.ts';
import { SAVED_MODEL_PLUGIN_OPTIONS_SCHEMA } from './saved-model-options.ts';

/** Deeper faults first: of the ways to write an option, the one that was meant is the one that got furthest. */
const depthOf = (path: string): number => path.split('/').length;

/** @throws ServingError `SRV_SAVEDMODEL_OPTION_INVALID` */
export function checkPluginOptions(options: object): void {
  // A config mostly gives none, and a schema takes milliseconds to compile.
  if (Object.keys(options).length === 0) return;
  const validate = new Ajv({ verbose: true, allErrors: true }).compile(SAVED_MODEL_PLUGIN_OPTIONS_SCHEMA);
  if (validate(options)) return;
  const [fault] = (validate.errors ?? []).toSorted((a, b) => depthOf(b.instancePath) - depthOf(a.instancePath));
  const { instancePath = '', params = {}, data, message = 'is not valid' } = fault ?? {};
  const unknown: unknown = params['additionalProperty'];
  const path = instancePath.slice(1).replaceAll('/', '.');
  if (typeof unknown === 'string') throw savedModelError('SRV_SAVEDMODEL_OPTION_INVALID', [path === '' ? unknown : `${path}.${unknown}`, 'is not known']);
  const allowed: unknown = params['allowedValues'];
  const expected = Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : message;
  throw savedModelError('SRV_SAVEDMODEL_OPTION_INVALID', [path, `is ${JSON.stringify(data)}: it ${expected}`]);
}
