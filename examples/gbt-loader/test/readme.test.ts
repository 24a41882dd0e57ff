import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asDocumented, readmeExamples } from '../../../tests/example-readme.ts';
import { ExampleServer } from '../../../tests/example-server.ts';

const examples = readmeExamples(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));
/** What LightGBM's own `predict` answers. */
const expected = JSON.parse(readFileSync(new URL('../expected.json', import.meta.url), 'utf8')) as Readonly<Record<string, { readonly rows: unknown; readonly predictions: unknown }>>;

let server: ExampleServer;
beforeAll(async () => {
  server = await ExampleServer.start('gbt-loader');
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

it('shows a command', () => {
  expect(examples).toHaveLength(1);
});

it.each(examples)('answers as the README shows: $command', ({ command, answer }) => {
  const text = execFileSync('bash', ['-c', command.replace('http://localhost:8501', server.restUrl)], { encoding: 'utf8' });
  expect(JSON.parse(text)).toEqual(asDocumented(answer));
});

it('answers over REST as LightGBM does, with values that are not there', async () => {
  const { rows, predictions } = expected['tumour'] ?? {};
  const body = JSON.stringify({ instances: rows }).replaceAll('null', 'NaN');
  const response = await fetch(`${server.restUrl}/v1/models/tumour:predict`, { method: 'POST', body });
  const answer = (await response.json()) as { predictions: number[] };
  expect(answer.predictions).toEqual((predictions as number[]).map((value) => expect.closeTo(value, 9) as unknown));
});
