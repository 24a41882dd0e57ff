import { type DownloadProgress, Manager, parseModelName, parseVersion } from '@servable/core';
import { expect, it } from 'vitest';
import { downloadBar, LoadProgress } from '../../src/commands/load-progress.ts';

function download(version: number, doneBytes: number, phase: DownloadProgress['phase'] = 'running'): DownloadProgress {
  return { source: 'source', id: { name: parseModelName('m'), version: parseVersion(version) }, phase, doneBytes, totalBytes: 2 ** 30 };
}

it.each([
  [[download(1, 0)], '[                    ] 0 % of 1 GiB'],
  [[download(1, 2 ** 29)], '[##########          ] 50 % of 1 GiB'],
  [[download(1, 2 ** 30), download(2, 2 ** 29)], '[###############     ] 75 % of 2 GiB, 2 downloads'],
])('draws how far downloads are', (downloads, text) => {
  expect(downloadBar(downloads)).toBe(text);
});

it('shows a bar on the terminal while something is downloaded', () => {
  let shown = '';
  const progress = new LoadProgress((text) => (shown += text), 120);
  const manager = new Manager();
  const end = progress.follow(manager, [parseModelName('m')]);
  const lastLine = (): string => shown.split('\u001B[2K').at(-1) ?? '';
  manager.hooks.downloadChanged.call(download(1, 2 ** 29));
  expect(lastLine()).toBe('[##########          ] 50 % of 1 GiB Loading models: 0 of 1 ready');
  manager.hooks.downloadChanged.call(download(1, 2 ** 30, 'done'));
  expect(lastLine()).toBe('Loading models: 0 of 1 ready');
  end();
  expect(lastLine()).toBe('');
});
