import type { PackageManager } from './package-manager.ts';
import type { Template } from './templates.ts';

/** Everything that was decided of a project. */
export interface ProjectPlan {
  /** An absolute path. */
  readonly directory: string;
  /** As package.json has it. */
  readonly name: string;
  readonly template: Template;
  readonly packageManager: PackageManager;
  readonly isJavascript: boolean;
  readonly installs: boolean;
  readonly initializesGit: boolean;
  /** Whether files of the same names are replaced. */
  readonly overwrites: boolean;
  readonly hasDocker: boolean;
  readonly hasK8s: boolean;
  readonly hasAgentsMd: boolean;
  /** Of this package, and of the packages that the project asks for. */
  readonly version: string;
}
