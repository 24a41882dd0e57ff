import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asDocumented, readmeExamples } from '../../../tests/example-readme.ts';
import { ExampleServer } from '../../../tests/example-server.ts';

interface Sample {
  readonly pixels: readonly number[];
  readonly digit: number;
  readonly label: number;
  readonly probabilities: readonly number[];
}

interface Expected {
  readonly heldOutImages: number;
  readonly heldOutAccuracy: number;
  readonly samples: readonly Sample[];
}

interface Prediction {
  readonly label: number;
  readonly probabilities: readonly number[];
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const expected = JSON.parse(readFileSync(new URL('../expected.json', import.meta.url), 'utf8')) as Expected;

const examples = readmeExamples(readme);

let server: ExampleServer;

beforeAll(async () => {
  server = await ExampleServer.start('quickstart');
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

describe('the README', () => {
  it('has an answer for each of its commands', () => {
    expect(examples.length).toBe(readme.match(/```bash/g)?.length);
    expect(examples.length).toBeGreaterThan(3);
  });

  it.each(examples)('shows what is answered to: $command', ({ command, answer }) => {
    const text = execFileSync('bash', ['-c', command.replace('http://localhost:8501', server.restUrl)], { encoding: 'utf8' });
    expect(JSON.parse(text)).toEqual(asDocumented(answer));
  });

  it('sends a digit that scikit-learn was asked too', () => {
    const pixels = examples
      .filter(({ command }) => command.includes(' -d '))
      .map(({ command }) => command.slice(command.indexOf('[[')).match(/\d+/g)?.map(Number));
    expect(pixels).toEqual([expected.samples[0]?.pixels, expected.samples[0]?.pixels]);
    expect(readme).toContain(`This one is an ${expected.samples[0]?.digit}`);
  });

  it('says how good the model is', () => {
    expect(readme).toContain(`${(expected.heldOutAccuracy * 100).toFixed(1)} % right`);
    expect(readme).toContain(`Of ${expected.heldOutImages} images`);
  });
});

it('prints a line that works', () => {
  const line = /^ *(?<command>curl .*)$/m.exec(server.output)?.groups?.['command'] ?? 'false';
  const answer = JSON.parse(execFileSync('bash', ['-c', line], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as unknown;
  expect(answer).toHaveProperty('predictions');
});

it('answers as scikit-learn does', async () => {
  const body = JSON.stringify({ instances: expected.samples.map(({ pixels }) => pixels) });
  const response = await fetch(`${server.restUrl}/v1/models/digits:predict`, { method: 'POST', body });
  const { predictions } = (await response.json()) as { predictions: readonly Prediction[] };
  expect(predictions.map(({ label }) => label)).toEqual(expected.samples.map(({ label }) => label));
  for (const [row, { probabilities }] of expected.samples.entries()) {
    expect(predictions[row]?.probabilities).toEqual(probabilities.map((value) => expect.closeTo(value, 5) as unknown));
  }
});
