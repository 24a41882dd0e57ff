import { servableError } from '@servable/core';
import { collectLogger } from '@servable/plugin-testing';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { ResolvedConfig } from '../../src/config/resolved-config.ts';
import { ConfigWatch } from '../../src/reload/config-watch.ts';
import { diffConfigs } from '../../src/reload/diff-configs.ts';
import type { AppliedReload } from '../../src/reload/reloader.ts';
import { temporaryProject, twoPlugins } from '../temporary-project.ts';

/** A watch that polls as fast as it can, of a server that only counts; its file is changed while it starts. */
async function watch(compat: ResolvedConfig['compat'], { refusals = 0, isChanged = true } = {}): Promise<{ readonly applied: () => number; readonly messages: readonly string[] }> {
  const cwd = await temporaryProject({ ...twoPlugins(), 'serving.config.json': '{"models":[]}' });
  const request = { cwd, flags: { 'reload-poll-interval-ms': '1', compat } };
  const loaded = await loadConfig(request);
  if (isChanged) await writeFile(join(cwd, 'serving.config.json'), '{"models":[],"manager":{"maxLoadRetries":7}}');
  let calls = 0;
  const logger = collectLogger();
  const reload = (config: ResolvedConfig): AppliedReload => {
    calls += 1;
    if (calls <= refusals) throw servableError('SRV_INTERNAL', ['not yet']);
    return { diff: diffConfigs(loaded.config, config), whenReady: () => Promise.resolve() };
  };
  const configWatch = new ConfigWatch({ request, loaded, server: { config: loaded.config, reload }, logger });
  onTestFinished(() => configWatch.close());
  return {
    applied: () => calls,
    get messages() {
      return logger.entries.map(({ message }) => message);
    },
  };
}

it('looks at once, for what changed while the server started, and then only when a file changes', async () => {
  const on = await watch('default');
  await vi.waitUntil(() => on.applied() > 0);
  // Many polls later, as another one counts them.
  const clock = await watch('strict');
  await vi.waitUntil(() => clock.applied() > 10, { timeout: 15_000 });
  expect(on.applied()).toBe(1);
});

it('leaves alone what was set since the start while no file changes', async () => {
  const on = await watch('default', { isChanged: false });
  const clock = await watch('strict');
  await vi.waitUntil(() => clock.applied() > 10, { timeout: 15_000 });
  expect(on.applied()).toBe(0);
});

it('tries again what could not be taken over, though no file changed, and says why once', async () => {
  const on = await watch('default', { refusals: 3 });
  await vi.waitUntil(() => on.applied() === 4, { timeout: 15_000 });
  await vi.waitUntil(() => on.messages.length > 1);
  expect(on.messages).toEqual(['The config was not taken over, the running one stays: Internal error: not yet', 'The config was taken over: settings: maxLoadRetries']);
});

it('applies the file at each poll with compat strict, as TensorFlow Serving does', async () => {
  const on = await watch('strict', { isChanged: false });
  await vi.waitUntil(() => on.applied() > 3, { timeout: 15_000 });
});
