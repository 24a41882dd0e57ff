export { main } from './cli.ts';
export type { Io, Questions } from './io.ts';
export type { PackageManagerName } from './package-manager.ts';
export type { Template, TemplateName } from './templates.ts';
