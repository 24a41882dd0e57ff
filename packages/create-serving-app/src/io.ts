import type { PackageManagerName } from './package-manager.ts';
import type { Template, TemplateName } from './templates.ts';

/** The questions there are. Each rejects with a UserError when its user gives up. */
export interface Questions {
  directory(proposal: string, fault: (text: string) => string | undefined): Promise<string>;
  template(templates: readonly Template[], proposal: TemplateName): Promise<TemplateName>;
  packageManager(names: readonly PackageManagerName[], proposal: PackageManagerName): Promise<PackageManagerName>;
  install(manager: PackageManagerName): Promise<boolean>;
}

/** Everything that the program may touch of its process; `cli.ts` gives the real one. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether someone is there to answer. */
  readonly canAsk: boolean;
  readonly ask: Questions;
  print(text: string): void;
  printError(text: string): void;
  /** Runs a program with its output shown. Resolves to its exit code; 127 when there is none of that name. */
  run(program: string, args: readonly string[], cwd: string): Promise<number>;
}
