import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@servable/core';
import { expect, it } from 'vitest';
import { startServer } from '../src/index.ts';
import { installedPackage, temporaryProject } from './temporary-project.ts';

const LOADER = `export default () => ({
  kind: 'loader', apiVersion: 1, platform: 'acme', detect: async () => true,
  create: () => ({
    estimate: async () => ({ ramBytes: 1 }),
    load: async () => ({ signatures: new Map(), executor: { id: 'acme', maxConcurrentRuns: 1 }, run: () => new Map() }),
    unload: async () => {},
  }),
});`;

it("serves what a folder's config says, with flags that win, until it is closed", async () => {
  const cwd = await temporaryProject({
    'package.json': JSON.stringify({ dependencies: { 'acme-loader': '*', '@servable/source-fs': '*' } }),
    ...installedPackage('acme-loader', { source: LOADER }),
    'node_modules/@servable/': '',
    'models/scale/3/model.acme': '',
    'serving.config.json': JSON.stringify({ models: [{ name: 'scale', path: './models/scale' }], rest: { port: 1 } }),
  });
  await symlink(join(import.meta.dirname, '../../source-fs'), join(cwd, 'node_modules/@servable/source-fs'));
  const server = await startServer({ cwd, flags: { 'rest-port': '0', 'grpc-enabled': 'false' }, logger: silentLogger });
  try {
    await server.ready;
    const response = await fetch(`http://${server.addresses.rest ?? ''}/v1/models/scale`);
    expect(await response.json()).toMatchObject({ model_version_status: [{ version: '3', state: 'AVAILABLE' }] });
    expect(server.addresses.grpc).toBeUndefined();
  } finally {
    await server.close();
  }
});

it('says every fault of a config', async () => {
  const cwd = await temporaryProject({ 'serving.config.json': JSON.stringify({ modles: [] }) });
  await expect(startServer({ cwd })).rejects.toMatchObject({ code: 'SRV_CONFIG_INVALID', message: expect.stringContaining('modles') as unknown });
});
