import type { ConfigFault, ConfigLayer } from './config-fault.ts';
import { displayPath } from './file-fault.ts';
import type { ConfigFile } from './read-config-file.ts';
import { environmentLayer, fileLayer, flagLayer, type SettingLayer } from './setting-layers.ts';
import { STRICT_DEFAULTS, type TensorflowFlags } from './tensorflow-flags.ts';
import type { Validate } from './validate.ts';

export interface LayerOrigins {
  readonly cwd: string;
  readonly flags: Readonly<Record<string, string | boolean>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tensorflow: TensorflowFlags;
  readonly file: ConfigFile | undefined;
}

export type SettingLayers = Readonly<Record<ConfigLayer, SettingLayer>>;

/** What each layer says of the settings, not checked yet. */
export function readLayers({ cwd, flags, env, tensorflow, file }: LayerOrigins): SettingLayers {
  // Whoever gives one setting by both kinds of flag gets ours, the more exact one.
  const flag = new Map([...tensorflow.settings, ...flagLayer(flags)]);
  const environment = environmentLayer(env);
  const fromFile = file === undefined ? new Map<never, never>() : fileLayer(file.content, displayPath(file.file, cwd));
  return { flag, environment, file: fromFile, default: defaultsOf(tensorflow, [flag, environment, fromFile]) };
}

/** TensorFlow Serving's REST is off only as long as nobody gives it a port, in whatever way. */
function defaultsOf({ defaults }: TensorflowFlags, others: readonly SettingLayer[]): SettingLayer {
  if (defaults.size === 0) return defaults;
  const isStrict = others.find((layer) => layer.has('compat'))?.get('compat')?.value === 'strict';
  const all = new Map([...defaults, ...(isStrict ? STRICT_DEFAULTS : [])]);
  if (others.some((layer) => layer.has('rest.port'))) all.delete('rest.enabled');
  return all;
}

/** Faults of flags and the environment: each value is put where the file would have it, and checked as the file is. */
export function layerFaults(layers: SettingLayers, validate: Validate): readonly ConfigFault[] {
  return (['flag', 'environment'] as const).flatMap((layer) =>
    [...layers[layer]].flatMap(([path, { value, from }]) =>
      validate(nest(path.split('.'), value)).map(({ found, problem, cure }) => ({ layer, path: from, found, problem, cure })),
    ),
  );
}

function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}
