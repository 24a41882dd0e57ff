import { parseModelName, LATEST_ONE, silentLogger, type Source } from '@servable/core';
import { RecordingSink } from '@servable/plugin-testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { FsSource } from '../src/fs-source.ts';
import fs, { type FsOptions } from '../src/index.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Directories watched for one model, once it was looked at. */
async function watchedBy(options: FsOptions, serverPollIntervalMs?: number): Promise<number> {
  const path = await mkdtemp(join(tmpdir(), 'servable-poll-'));
  cleanups.push(() => rm(path, { recursive: true }));
  const polling = serverPollIntervalMs === undefined ? {} : { pollIntervalMs: serverPollIntervalMs };
  const source: Source = fs(options).create({ sink: new RecordingSink(), logger: silentLogger, ...polling });
  cleanups.push(() => source.close());
  source.monitor([{ name: parseModelName('m'), path, selector: LATEST_ONE }]);
  await source.refresh();
  return source instanceof FsSource ? source.watchedDirectories : -1;
}

it("watches when neither the server nor its own options say 'look once'", async () => {
  expect(await watchedBy({})).toBeGreaterThan(0);
  expect(await watchedBy({ pollIntervalMs: 0 })).toBe(0);
});

it("lets the server's interval win over its own", async () => {
  expect(await watchedBy({}, 0)).toBe(0);
  expect(await watchedBy({ pollIntervalMs: 0 }, 1000)).toBeGreaterThan(0);
});
