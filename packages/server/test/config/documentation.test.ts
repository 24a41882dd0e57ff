import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { defaultTextOf, environmentNameOf, flagOf, SETTING_PATHS, SETTINGS } from '../../src/config/settings.ts';
import { TENSORFLOW_FLAGS } from '../../src/config/tensorflow-flags.ts';

const page = await readFile(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');

it.each(SETTING_PATHS)('docs/configuration.md has the row of %s', (path) => {
  const row = `| \`${path}\` | \`--${flagOf(path)}\` | \`${environmentNameOf(path)}\` | ${defaultTextOf(path)} | ${SETTINGS[path].summary} |`;
  expect(page.split('\n')).toContain(row);
});

it('has no row of a setting that does not exist', () => {
  const rows = page.split('\n').filter((line) => line.includes('`SERVABLE_') && line.startsWith('| `'));
  expect(rows).toHaveLength(SETTING_PATHS.length);
});

it.each([...TENSORFLOW_FLAGS].map(([name, flag]) => [name, flag !== undefined] as const))(
  'docs/configuration.md says of --%s whether it is supported (%s)',
  (name, isSupported) => {
    const [supported = '', refused = ''] = page.slice(page.indexOf("## TensorFlow Serving's flags")).split('Refused until');
    expect((isSupported ? supported : refused).includes(`\`--${name}\``)).toBe(true);
    expect((isSupported ? refused : supported).includes(`\`--${name}\``)).toBe(false);
  },
);
