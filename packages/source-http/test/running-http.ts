import { createHash } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseModelName } from '@servable/core';
import { collectLogger, type CollectingLogger, RecordingSink } from '@servable/plugin-testing';
import { onTestFinished } from 'vitest';
import http, { type HttpOptions } from '../src/index.ts';

/** A server that answers as a test wants; ends with the test. Resolves to its address. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** An index of version 1 with one file `model`, at `url` when one is given. */
export function indexOf(content: string | Uint8Array, url?: string): string {
  const file = { path: 'model', size: Buffer.byteLength(content), sha256: createHash('sha256').update(content).digest('hex') };
  return JSON.stringify({ versions: { 1: { files: [url === undefined ? file : { ...file, url }] } } });
}

export interface RunningHttp {
  readonly sink: RecordingSink;
  readonly logger: CollectingLogger;
  readonly source: ReturnType<ReturnType<typeof http>['create']>;
  readonly directory: string;
  /** What the model's last set and reports say is wrong, as `CODE: message`. */
  readonly faults: () => readonly string[];
}

/** Looks once at a model `m` at a path. */
export async function lookAt(path: string, options: HttpOptions = {}): Promise<RunningHttp> {
  const directory = await mkdtemp(join(tmpdir(), 'servable-hostile-'));
  const sink = new RecordingSink();
  const logger = collectLogger();
  const source = http({ pollIntervalMs: 0, cacheDirectory: join(directory, 'cache'), ...options }).create({ sink, logger });
  onTestFinished(async () => {
    await source.close();
    await rm(directory, { recursive: true, force: true });
  });
  source.monitor([{ name: parseModelName('m'), path, selector: { kind: 'all' } }]);
  await source.refresh();
  const faults = (): readonly string[] => {
    const stated = (sink.sets('m').at(-1) ?? []).flatMap((each) => ('error' in each ? [each.error] : []));
    return [...stated, ...sink.reports('m')].map((error) => `${'code' in error ? String(error.code) : ''}: ${error.message}`);
  };
  return { sink, logger, source, directory, faults };
}
