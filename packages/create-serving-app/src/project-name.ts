import { basename, resolve } from 'node:path';

/** npm's rule for a name without a scope: lower case, safe in an address, at most 214 characters. */
const PACKAGE_NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/;

/** The name of the project in a directory, as package.json has it. */
export function projectName(directory: string, cwd: string): string {
  return basename(resolve(cwd, directory));
}

/** What is wrong with a project's name, and what to do; `undefined` when nothing is. */
export function nameFault(name: string): string | undefined {
  if (PACKAGE_NAME.test(name) && name !== 'node_modules') return undefined;
  const better = name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+/, '').replace(/-+$/, '');
  return `'${name}' cannot be the name of a package${PACKAGE_NAME.test(better) ? `: call the directory '${better}'` : ': use lower-case letters, digits and dashes'}`;
}
