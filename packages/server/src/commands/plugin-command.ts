import type { PluginCommand } from '@servable/core';
import { examineConfig } from '../config/load.ts';
import { closePlugins } from './close-plugins.ts';
import type { CommandIo } from './command-io.ts';

/**
 * Runs a command that a plugin of this folder brings, such as `build-table`.
 *
 * @returns its exit code; `undefined` when no plugin has a command of this name
 */
export async function runPluginCommand(name: string, args: readonly string[], io: CommandIo): Promise<number | undefined> {
  const { plugins } = await examineConfig({ cwd: io.cwd, env: io.env });
  try {
    const commands: readonly PluginCommand[] = plugins.flatMap((plugin) => (plugin.kind === 'loader' ? (plugin.commands ?? []) : []));
    return await commands.find((command) => command.name === name)?.run(args, io);
  } finally {
    await closePlugins(plugins);
  }
}
