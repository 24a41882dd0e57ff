import { type Command, Option } from 'commander';
import { defaultTextOf, flagOf, SETTING_PATHS, SETTINGS } from '../config/settings.ts';
import { TENSORFLOW_FLAGS } from '../config/tensorflow-flag-table.ts';

const SETTINGS_GROUP = 'Settings, also in the config file and as variables SERVABLE_REST_PORT, …:';
const TENSORFLOW_GROUP = "TensorFlow Serving's flags, as --name=value; any of them changes the defaults as docs/configuration.md says:";

/** Adds every setting and every flag of TensorFlow Serving to a command. */
export function addConfigOptions(command: Command): Command {
  command.option('--config <file>', 'config file (default: serving.config.* of this folder)');
  for (const path of SETTING_PATHS) {
    const { summary, kind } = SETTINGS[path];
    const text = `${lowerFirst(summary)} (default: ${defaultTextOf(path)})`;
    const value = kind === 'boolean' ? '[boolean]' : '<value>';
    command.addOption(new Option(`--${flagOf(path)} ${value}`, text).helpGroup(SETTINGS_GROUP));
  }
  for (const [name, flag] of TENSORFLOW_FLAGS) {
    const value = flag === undefined || flag.kind === 'boolean' ? '[value]' : '<value>';
    const option = new Option(`--${name} ${value}`, flag?.ignored === undefined ? (flag?.summary ?? '') : `${flag.summary}; means nothing here`).helpGroup(TENSORFLOW_GROUP);
    command.addOption(flag === undefined ? option.hideHelp() : option);
  }
  return command;
}

/** The flags that a command line gave, by name. */
export function flagsOf(command: Command): Readonly<Record<string, string | boolean>> {
  const names = new Set([...SETTING_PATHS.map(flagOf), ...TENSORFLOW_FLAGS.keys()]);
  const values = command.opts<Record<string, string | boolean>>();
  const given = command.options.filter((option) => names.has(option.name())).map((option) => [option.name(), values[option.attributeName()]] as const);
  return Object.fromEntries(given.filter((entry): entry is readonly [string, string | boolean] => entry[1] !== undefined));
}

/**
 * Writes every boolean flag as `--name=value`, so that the word after it is never taken for its value: `--rest-cors` →
 * `--rest-cors=true`, `--no-rest-cors` → `--rest-cors=false`.
 */
export function normalizeBooleans(argv: readonly string[]): readonly string[] {
  const booleans = new Set([
    ...SETTING_PATHS.filter((path) => SETTINGS[path].kind === 'boolean').map(flagOf),
    ...[...TENSORFLOW_FLAGS].filter(([, flag]) => (flag?.kind ?? 'boolean') === 'boolean').map(([name]) => name),
  ]);
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return argv.map((argument, index) => {
    if (index >= end) return argument;
    const name = argument.replace(/^--/, '');
    if (name !== argument && booleans.has(name)) return `${argument}=true`;
    const negated = argument.replace(/^--no-/, '');
    return negated !== argument && booleans.has(negated) ? `--${negated}=false` : argument;
  });
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
