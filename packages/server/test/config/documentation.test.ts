import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { defaultTextOf, environmentNameOf, flagOf, SETTING_PATHS, SETTINGS } from '../../src/config/settings.ts';
import { TENSORFLOW_FLAGS } from '../../src/config/tensorflow-flag-table.ts';

const page = await readFile(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');

it.each(SETTING_PATHS)('docs/configuration.md has the row of %s', (path) => {
  const row = `| \`${path}\` | \`--${flagOf(path)}\` | \`${environmentNameOf(path)}\` | ${defaultTextOf(path)} | ${SETTINGS[path].summary} |`;
  expect(page.split('\n')).toContain(row);
});

it('has no row of a setting that does not exist', () => {
  const rows = page.split('\n').filter((line) => line.includes('`SERVABLE_') && line.startsWith('| `'));
  expect(rows).toHaveLength(SETTING_PATHS.length);
});

const section = page.slice(page.indexOf("## TensorFlow Serving's flags"));

it.each([...TENSORFLOW_FLAGS])('docs/configuration.md says what becomes of --%s', (name, flag) => {
  const rows = section.split('\n').filter((line) => line.startsWith('|') && line.includes(`\`--${name}\``));
  if (flag === undefined) expect(section.split('Refused until')[1]).toContain(`\`--${name}\``);
  else if (flag.ignored === undefined) expect(rows).toHaveLength(1);
  else expect(rows).toEqual([`| \`--${name}\` | nothing: ${flag.ignored} |`]);
});
