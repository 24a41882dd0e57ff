/** The tokenizer of `examples/semantic-search` against Python's `tokenizers`, text by text, with the real model's `tokenizer.json`. */
import { Tokenizer } from '@huggingface/tokenizers';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../scripts/run-command.mjs';
import { root } from '../scripts/workspace.mjs';

const MINUTE_MS = 60_000;
/**
 * Of texts of random code points: characters that one side's Unicode has and the other's does not yet; and ideographs that UTF-16 takes two
 * units for, which the library does not set apart from what is beside them.
 */
const MAX_RANDOM_SHARE = 0.03;

/**
 * @param python - with `tokenizers`
 * @param tokenizerFile - a `tokenizer.json`
 * @returns what was compared; with a reason where it differs more than it may
 */
export async function compareTokenizers(python, tokenizerFile) {
  const folder = mkdtempSync(join(tmpdir(), 'servable-tokenizer-'));
  try {
    const output = join(folder, 'texts.json');
    const { exitCode, output: said } = await runCommand(python, [join(root, 'interop', 'tokenizer_texts.py'), tokenizerFile, output, ...textFiles()], { timeoutMs: 2 * MINUTE_MS });
    if (exitCode !== 0) throw new Error(`tokenizer_texts.py ended with ${exitCode}: ${said}`);
    return differences(new Tokenizer(JSON.parse(readFileSync(tokenizerFile, 'utf8')), {}), JSON.parse(readFileSync(output, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What people have written: the example's texts, and this repository's pages. */
function textFiles() {
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map((name) => join(root, 'docs', name));
  return [join(root, 'examples', 'semantic-search', 'texts.txt'), join(root, 'README.md'), ...pages];
}

function differences(tokenizer, { written, random }) {
  const differ = (texts) => texts.filter(([text, ids]) => String(tokenizer.encode(text).ids) !== String(ids));
  const reasonOf = (different, most) => (different.length <= most ? undefined : `${different.length} differ: ${different.slice(0, 5).map(([text]) => JSON.stringify(text)).join(', ')}`);
  return [
    { title: `${written.length} written texts`, reason: reasonOf(differ(written), 0) },
    { title: `${random.length} texts of random code points`, reason: reasonOf(differ(random), random.length * MAX_RANDOM_SHARE) },
  ];
}
