import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asDocumented, readmeExamples } from '../../../tests/example-readme.ts';
import { ExampleServer } from '../../../tests/example-server.ts';

interface Sample {
  readonly pixels: readonly number[];
  readonly label: number;
  readonly probabilities: readonly number[];
}

const examples = readmeExamples(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));
/** What scikit-learn answers for images that the classifier has not seen. */
const { samples } = JSON.parse(readFileSync(new URL('../../quickstart/expected.json', import.meta.url), 'utf8')) as { readonly samples: readonly Sample[] };
const NAMES = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

let server: ExampleServer;
beforeAll(async () => {
  server = await ExampleServer.start('pipeline');
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

it('shows two commands', () => {
  expect(examples).toHaveLength(2);
});

it.each(examples)('answers as the README shows: $command', ({ command, answer }) => {
  const text = execFileSync('bash', ['-c', command.replace('http://localhost:8501', server.restUrl)], { encoding: 'utf8' });
  expect(JSON.parse(text)).toEqual(asDocumented(answer));
});

it('reads the digits that scikit-learn reads, with its probabilities', async () => {
  const instances = samples.map(({ pixels }) => rowsOf(pixels.map((level) => Math.round((level / 16) * 255))));
  const response = await fetch(`${server.restUrl}/v1/models/reader:predict`, { method: 'POST', body: JSON.stringify({ instances }) });
  const { predictions } = (await response.json()) as { predictions: unknown[] };
  expect(predictions).toEqual(samples.map(({ label, probabilities }) => ({ name: NAMES[label], probability: expect.closeTo(probabilities[label] ?? 0, 5) as unknown })));
});

it('says what is wrong with an image of another size', async () => {
  const response = await fetch(`${server.restUrl}/v1/models/reader:predict`, { method: 'POST', body: JSON.stringify({ instances: [[[1, 2], [3, 4]]] }) });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ error: "Input 'image' must be a UINT8 tensor of shape [images, 8, 8], got a UINT8 tensor of shape [1, 2, 2] (images is 1)" });
});

function rowsOf(pixels: readonly number[]): number[][] {
  return Array.from({ length: 8 }, (_, row) => pixels.slice(8 * row, 8 * row + 8));
}
