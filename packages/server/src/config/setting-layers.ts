import type { ConfigLayer } from './config-fault.ts';
import { childOf } from './config-path.ts';
import { environmentNameOf, flagOf, SETTING_PATHS, SETTINGS, type SettingPath, type SettingValues } from './settings.ts';

/** A value and who said it: `--rest-port`, `SERVABLE_REST_PORT`, a file's name. */
export interface LayerValue {
  readonly value: unknown;
  readonly from: string;
}

/** What one layer says; settings that it does not mention are absent. */
export type SettingLayer = ReadonlyMap<SettingPath, LayerValue>;

/** A setting's winning value, and where it came from. */
export interface ResolvedSetting extends LayerValue {
  readonly path: SettingPath;
  readonly layer: ConfigLayer;
}

/** Highest first: the order in which layers win. */
const PRECEDENCE = ['flag', 'environment', 'file', 'default'] as const satisfies readonly ConfigLayer[];

/** Takes every setting from the first layer that has it. Pure. `default` may leave settings out: theirs are in the table. */
export function resolveSettings(layers: Readonly<Record<ConfigLayer, SettingLayer>>): readonly ResolvedSetting[] {
  return SETTING_PATHS.map((path) => {
    for (const layer of PRECEDENCE) {
      const found = layers[layer].get(path);
      if (found !== undefined) return { path, layer, ...found };
    }
    return { path, layer: 'default', value: SETTINGS[path].defaultValue, from: 'default' };
  });
}

/** The values alone. They were checked against the settings' schemas, which is what the cast stands on. */
export function valuesOf(settings: readonly ResolvedSetting[]): SettingValues {
  return Object.fromEntries(settings.map(({ path, value }) => [path, value])) as unknown as SettingValues;
}

/** What a config file says, as far as it is an object. */
export function fileLayer(content: unknown, from: string): SettingLayer {
  const layer = new Map<SettingPath, LayerValue>();
  for (const path of SETTING_PATHS) {
    const value = path.split('.').reduce(childOf, content);
    if (value !== undefined) layer.set(path, { value, from });
  }
  return layer;
}

/** What our own flags say: names without dashes; booleans may be given as such. */
export function flagLayer(flags: Readonly<Record<string, string | boolean>>): SettingLayer {
  const layer = new Map<SettingPath, LayerValue>();
  for (const path of SETTING_PATHS) {
    const name = flagOf(path);
    const text = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (text !== undefined) layer.set(path, { value: parseText(path, text), from: `--${name}` });
  }
  return layer;
}

/** What the environment says; an empty variable is an absent one. */
export function environmentLayer(env: Readonly<Record<string, string | undefined>>): SettingLayer {
  const layer = new Map<SettingPath, LayerValue>();
  for (const path of SETTING_PATHS) {
    const name = environmentNameOf(path);
    const text = env[name];
    if (text !== undefined && text !== '' && !isServiceLink(text)) layer.set(path, { value: parseText(path, text), from: name });
  }
  return layer;
}

/**
 * Kubernetes sets `SERVABLE_REST_PORT=tcp://10.0.0.1:8501` in every pod beside a service called `servable-rest`. Nobody
 * wrote that as a setting.
 */
export function isServiceLink(text: string): boolean {
  return /^(?:tcp|udp|sctp):\/\//.test(text);
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([['true', true], ['false', false], ['1', true], ['0', false]]);

/** Text that is none of its kind stays text: the schema says what is wrong with it. */
function parseText(path: SettingPath, text: string | boolean): unknown {
  if (typeof text === 'boolean') return text;
  switch (SETTINGS[path].kind) {
    case 'integer':
      return parseInteger(text);
    case 'boolean':
      return parseBoolean(text);
    case 'text':
      return text;
    default:
      return SETTINGS[path].kind satisfies never;
  }
}

/** `true`, `false`, `1`, `0` in any case; else the text itself. */
export function parseBoolean(text: string): boolean | string {
  return BOOLEANS.get(text.trim().toLowerCase()) ?? text;
}

/** The number that a decimal text says; the text itself when it says none. */
export function parseInteger(text: string): number | string {
  return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : text;
}
