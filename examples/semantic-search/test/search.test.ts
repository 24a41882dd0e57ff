import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ExampleServer } from '../../../tests/example-server.ts';

interface Expected {
  readonly question: string;
  readonly texts: readonly string[];
  readonly scores: readonly number[];
}

interface Prediction {
  readonly text: readonly string[];
  readonly score: readonly number[];
}

/** By the BERT of Hugging Face's `transformers`: `reference.py`. */
const expected = JSON.parse(readFileSync(new URL('./tiny/expected.json', import.meta.url), 'utf8')) as readonly Expected[];

let server: ExampleServer;
beforeAll(async () => {
  server = await ExampleServer.start('semantic-search/test/tiny');
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

async function search(questions: readonly string[]): Promise<readonly Prediction[]> {
  const response = await fetch(`${server.restUrl}/v1/models/search:predict`, { method: 'POST', body: JSON.stringify({ instances: questions }) });
  const { predictions, error } = (await response.json()) as { predictions?: readonly Prediction[]; error?: string };
  if (predictions === undefined) throw new Error(error);
  return predictions;
}

it.each(expected)("answers '$question' as transformers does", async ({ question, texts, scores }) => {
  expect(await search([question])).toEqual([{ text: texts, score: scores.map((score) => expect.closeTo(score, 4) as unknown) }]);
});

it('answers questions of different lengths in one request as it answers each alone', async () => {
  const answers = await search(expected.map(({ question }) => question));
  expect(answers.map(({ text }) => text)).toEqual(expected.map(({ texts }) => texts));
  for (const [at, { score }] of answers.entries()) expect(score).toEqual((expected[at]?.scores ?? []).map((each) => expect.closeTo(each, 4) as unknown));
});
