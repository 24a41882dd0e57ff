import type { Plugin } from '@servable/core';

/** Ends what loader plugins share, such as engine threads: a command that loaded something would else never end. */
export async function closePlugins(plugins: readonly Plugin[]): Promise<void> {
  for (const plugin of plugins) {
    if (plugin.kind === 'loader') await plugin.close?.();
  }
}
