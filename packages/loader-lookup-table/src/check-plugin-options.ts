import { tableError } from './errors.ts';

/** @throws ServingError `SRV_TABLE_PLUGIN_OPTION_INVALID` */
export function checkPluginOptions(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'cacheDirectory') throw tableError('SRV_TABLE_PLUGIN_OPTION_INVALID', [name, 'is not known; known is cacheDirectory']);
    const isFolder = value === undefined || (typeof value === 'string' && value !== '');
    if (!isFolder) throw tableError('SRV_TABLE_PLUGIN_OPTION_INVALID', [name, `is ${JSON.stringify(value)}: give the path of a folder`]);
  }
}
