import type { Questions } from './io.ts';
import { UserError } from './user-error.ts';

/** Asks on a terminal. The library is only loaded when it is needed: most runs ask nothing. */
export const terminalQuestions: Questions = {
  async directory(proposal, fault) {
    const { text } = await import('@clack/prompts');
    const answer = await text({ message: 'Where should it go?', placeholder: proposal, defaultValue: proposal, validate: (value) => (value ? fault(value) : undefined) });
    return answered(answer);
  },
  async template(templates, proposal) {
    const { select } = await import('@clack/prompts');
    const options = templates.map(({ name, summary }) => ({ value: name, label: name, hint: summary }));
    return answered(await select({ message: 'What is it?', options, initialValue: proposal }));
  },
  async packageManager(names, proposal) {
    const { select } = await import('@clack/prompts');
    return answered(await select({ message: 'Which package manager?', options: names.map((value) => ({ value, label: value })), initialValue: proposal }));
  },
  async install(manager) {
    const { confirm } = await import('@clack/prompts');
    return answered(await confirm({ message: `Install its dependencies with ${manager} now?` }));
  },
};

/** Ctrl-C gives a symbol instead of an answer. */
function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (typeof answer === 'symbol') throw new UserError('given up: nothing was written');
  return answer as Exclude<Answer, symbol>;
}
