import { withoutComments } from './import-scanner.ts';
import type { WorkspacePackage } from './workspace-packages.ts';

/** One entry of a package's error table. */
export interface ErrorCode {
  readonly code: string;
  readonly status: string;
  readonly packageName: string;
  /** The message with `<argument>` where a value stands; empty when it is put together otherwise. */
  readonly message: string;
}

const TEXT = /`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/.source;
/** A message is one text, or several joined with `+`. */
const ENTRY = new RegExp(
  String.raw`\b(?<code>[A-Z][A-Z0-9]*_[A-Z0-9_]+): \{\s*status: '(?<status>[A-Z_]+)',\s*message: \([^)]*\) =>\s*(?<text>(?:${TEXT})(?:\s*\+\s*(?:${TEXT}))*)?`,
  'g',
);

/** Every error code that the packages' sources define, in order. */
export function errorCodes(packages: readonly WorkspacePackage[]): ErrorCode[] {
  return packages
    .flatMap((item) => item.sources.flatMap((source) => [...withoutComments(source.text).matchAll(ENTRY)].map((match) => entryOf(item.name, match.groups ?? {}))))
    .toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

function entryOf(packageName: string, groups: Readonly<Record<string, string | undefined>>): ErrorCode {
  const { code = '', status = '', text = '' } = groups;
  const message = [...text.matchAll(new RegExp(TEXT, 'g'))]
    .map(([part]) => part.slice(1, -1))
    .join('')
    .replaceAll(/\$\{(?<expression>[^}]*)\}/g, (_, expression: string) => `<${argumentOf(expression)}>`);
  return { code, status, packageName, message: message.includes('${') ? '' : message.replaceAll(/\\(.)/g, '$1') };
}

/** `names.join(', ')` is about `names`, `at.rows` about `rows`. */
function argumentOf(expression: string): string {
  return /^[A-Za-z]+\.(?<member>[A-Za-z]+)$/.exec(expression)?.groups?.['member'] ?? /^[A-Za-z]+/.exec(expression)?.[0] ?? 'value';
}

/** The page docs/errors.md. */
export function errorPage(codes: readonly ErrorCode[]): string {
  const row = ({ code, status, packageName, message }: ErrorCode): string => `| \`${code}\` | ${status} | ${packageName} | ${cell(message)} |`;
  return `${HEAD}\n${codes.map(row).join('\n')}\n`;
}

function cell(message: string): string {
  if (message === '') return '(see the source)';
  return message.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;');
}

const HEAD = `# Errors

Every error has a code that stays the same, a status of gRPC's, and a message of ours. Match on codes, never on messages. On
TensorFlow Serving's APIs the message is TensorFlow Serving's own where that has one; the code is in the log.

Written by \`npx vitest run tests -u\` from the packages' tables.

| code | status | package | message |
| --- | --- | --- | --- |`;
