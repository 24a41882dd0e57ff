import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readmeExamples } from '../../../tests/example-readme.ts';
import { createApp } from '../app.ts';

const run = promisify(execFile);
const [example] = readmeExamples(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));
const { samples } = JSON.parse(readFileSync(new URL('../../quickstart/expected.json', import.meta.url), 'utf8')) as {
  readonly samples: readonly { readonly pixels: readonly number[]; readonly label: number }[];
};

let app: FastifyInstance;
let url = '';
beforeAll(async () => {
  app = await createApp();
  url = await app.listen({ port: 0 });
});
afterAll(() => app.close());

it('answers the command of the README as that shows', async () => {
  const command = example?.command.replace('http://localhost:3000', url) ?? 'false';
  const { stdout } = await run('bash', ['-c', command]);
  expect(JSON.parse(stdout)).toEqual(example?.answer);
});

it('reads the digits that scikit-learn reads', async () => {
  const answers = await Promise.all(samples.map(({ pixels }) => app.inject({ method: 'POST', url: '/digit', payload: { pixels } })));
  expect(answers.map((answer) => answer.json<unknown>())).toEqual(samples.map(({ label }) => ({ digit: label, version: '1' })));
});

it('refuses an image of another size', async () => {
  const answer = await app.inject({ method: 'POST', url: '/digit', payload: { pixels: [1, 2] } });
  expect(answer.statusCode).toBe(400);
});
