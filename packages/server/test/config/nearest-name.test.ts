import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { nearestName, suggest } from '../../src/config/nearest-name.ts';

it.each([
  ['modles', ['models', 'plugins'], 'models'],
  ['lables', ['labels', 'name'], 'labels'],
  ['rest_port', ['restPort', 'grpcPort'], 'restPort'],
  ['REST-PORT', ['restPort'], 'restPort'],
  ['por', ['port', 'host'], 'port'],
  ['x', ['port', 'host'], undefined],
  ['gibberish', ['port', 'host', 'models'], undefined],
  ['', ['port'], undefined],
  ['port', [], undefined],
])('%s among %j is %s', (name, known, expected) => {
  expect(nearestName(name, known)).toBe(expected);
});

it('prefers an exact name to every other', () => {
  const name = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => /[^-_]/.test(text));
  fc.assert(
    fc.property(name, fc.array(name, { maxLength: 5 }), (wanted, others) => {
      const different = others.filter((other) => other.replaceAll(/[-_]/g, '').toLowerCase() !== wanted.replaceAll(/[-_]/g, '').toLowerCase());
      expect(nearestName(wanted, [...different, wanted])).toBe(wanted);
    }),
  );
});

it('finds a name after any one letter was lost, doubled or swapped', () => {
  const known = ['maxConcurrentLoads', 'timeoutMs', 'availability', 'plugins'];
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.nat(), fc.constantFrom('lose', 'double', 'swap'), (name, place, how) => {
      const at = place % (name.length - 1);
      const [head, letter, next, tail] = [name.slice(0, at), name.charAt(at), name.charAt(at + 1), name.slice(at + 2)];
      const wrong = { lose: head + next + tail, double: head + letter + letter + next + tail, swap: head + next + letter + tail }[how];
      expect(nearestName(wrong, known)).toBe(name);
    }),
  );
});

it('costs little for a text of a million letters', () => {
  expect(nearestName('a'.repeat(1_000_000), ['models'])).toBeUndefined();
});

it('lists what is known when nothing is near', () => {
  expect(suggest('zzzzzz', ['port', 'host'])).toBe('Known are: port, host');
});
