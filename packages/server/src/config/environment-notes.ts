import { nearestName } from './nearest-name.ts';
import { isServiceLink } from './setting-layers.ts';
import { environmentNameOf, SETTING_PATHS } from './settings.ts';

/** Names the config file, as `--config` does. */
export const CONFIG_VARIABLE = 'SERVABLE_CONFIG';

/** Read by plugins, which are not known here. */
const PLUGIN_VARIABLES: readonly string[] = ['SERVABLE_LIBTENSORFLOW'];

/**
 * What to say of variables that begin as ours do and are ignored. They are no faults: who else sets such variables is not
 * ours to know.
 */
export function environmentNotes(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = [CONFIG_VARIABLE, ...SETTING_PATHS.map(environmentNameOf)];
  return Object.entries(env).flatMap(([name, text]) => {
    if (!name.startsWith('SERVABLE_') || PLUGIN_VARIABLES.includes(name) || text === undefined || text === '') return [];
    if (known.includes(name)) return isServiceLink(text) ? [`${name} is ignored: '${text}' was set by Kubernetes for a service`] : [];
    const nearest = nearestName(name, known);
    return nearest === undefined || isServiceLink(text) ? [] : [`${name} is ignored: did you mean ${nearest}?`];
  });
}
