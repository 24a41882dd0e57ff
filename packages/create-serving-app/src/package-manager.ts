/** What a package manager calls things. */
export interface PackageManager {
  readonly name: PackageManagerName;
  /** Runs a script of package.json. */
  readonly run: string;
  /** Runs a program of an installed package. */
  readonly exec: string;
  readonly install: readonly [program: string, ...args: string[]];
  /** For a Dockerfile: what is needed to run, and nothing else. */
  readonly installProduction: string;
}

export const PACKAGE_MANAGER_NAMES = ['npm', 'pnpm', 'yarn', 'bun'] as const;
/** A package manager that a project can be made for. */
export type PackageManagerName = (typeof PACKAGE_MANAGER_NAMES)[number];

const MANAGERS: Readonly<Record<PackageManagerName, Omit<PackageManager, 'name'>>> = {
  npm: { run: 'npm run', exec: 'npx', install: ['npm', 'install', '--no-audit', '--no-fund'], installProduction: 'npm install --omit=dev --no-audit --no-fund' },
  pnpm: { run: 'pnpm', exec: 'pnpm exec', install: ['pnpm', 'install'], installProduction: 'npm install -g pnpm@10 && pnpm install --prod' },
  yarn: { run: 'yarn', exec: 'yarn', install: ['yarn', 'install'], installProduction: 'corepack enable && yarn workspaces focus --production' },
  bun: { run: 'bun run', exec: 'bunx', install: ['bun', 'install'], installProduction: 'npm install -g bun && bun install --production' },
};

export function packageManager(name: PackageManagerName): PackageManager {
  return { name, ...MANAGERS[name] };
}

/** The one that runs this program, by what it says of itself in `npm_config_user_agent`; npm when that says nothing. */
export function detectPackageManager(userAgent: string | undefined): PackageManagerName {
  const name = userAgent?.split('/', 1)[0];
  return PACKAGE_MANAGER_NAMES.find((each) => each === name) ?? 'npm';
}
