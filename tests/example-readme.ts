import { expect } from 'vitest';

/** A command of a README with the answer that it shows. */
export interface ReadmeExample {
  readonly command: string;
  readonly answer: unknown;
}

/** Each `bash` command of a README that a `json` block follows, with that. */
export function readmeExamples(readme: string): readonly ReadmeExample[] {
  return [...readme.matchAll(/```bash\n(?<command>[^`]+)```(?:(?!```)[\s\S])*```json\n(?<answer>[^`]+)```/g)].map((match) => ({
    command: match.groups?.['command']?.trim() ?? '',
    answer: JSON.parse(match.groups?.['answer'] ?? '') as unknown,
  }));
}

/** A matcher for what a README shows: it rounds numbers and leaves out parts of objects. */
export function asDocumented(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : expect.closeTo(value, 4);
  if (Array.isArray(value)) return value.map(asDocumented);
  if (typeof value !== 'object' || value === null) return value;
  return expect.objectContaining(Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asDocumented(item)])));
}
