import { definePlugin, parseModelName, parseVersion, servableError } from '@servable/core';
import { collectLogger, fakeLoader, fakeServable } from '@servable/plugin-testing';
import { afterEach, expect, it } from 'vitest';
import { startReadyServer, startServer, type ServerFixture, type ServerFixtureOptions } from './support/server-fixture.ts';

const fixtures: ServerFixture[] = [];
afterEach(async () => {
  await Promise.all(fixtures.splice(0).map((fixture) => fixture.close()));
});

async function started(options: ServerFixtureOptions = {}): Promise<ServerFixture> {
  const fixture = await startServer(options);
  fixtures.push(fixture);
  return fixture;
}

async function ready(options: ServerFixtureOptions = {}): Promise<ServerFixture> {
  const fixture = await startReadyServer(options);
  fixtures.push(fixture);
  return fixture;
}

it('answers a REST predict from a model that a source found', async () => {
  const { post } = await ready();
  const response = await post('/v1/models/m:predict', '{"instances": [1.0, 2.0, 5.0]}');
  expect(response.status).toBe(200);
  expect(response.body).toBe('{\n    "predictions": [2.5, 3.0, 4.5\n    ]\n}');
});
