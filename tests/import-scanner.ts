/** One module that a source names, in whatever form: import, export from, `import()`, a type's `import()`, `declare module`. */
export interface FoundImport {
  readonly specifier: string;
  /** `declare module` adds to a module's types and is not an edge of its own. */
  readonly kind: 'static' | 'dynamic' | 'augmentation';
}

const STRING_OR_COMMENT = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

const FORMS: readonly { readonly kind: FoundImport['kind']; readonly pattern: RegExp }[] = [
  { kind: 'static', pattern: /^\s*(?:import|export)\b[^'"`;=()]*?\bfrom\s*(['"])(?<specifier>[^'"\n]+)\1/gm },
  { kind: 'static', pattern: /^\s*import\s*(['"])(?<specifier>[^'"\n]+)\1/gm },
  { kind: 'dynamic', pattern: /\bimport\s*\(\s*(['"])(?<specifier>[^'"\n]+)\1/g },
  { kind: 'dynamic', pattern: /\brequire\s*\(\s*(['"])(?<specifier>[^'"\n]+)\1/g },
  { kind: 'augmentation', pattern: /^\s*declare\s+module\s*(['"])(?<specifier>[^'"\n]+)\1/gm },
];

/** Finds what a TypeScript source imports, types included, without a parser. Comments do not count. */
export function findImports(text: string): FoundImport[] {
  const code = withoutComments(text);
  return FORMS.flatMap(({ kind, pattern }) =>
    [...code.matchAll(pattern)].map((match) => ({ kind, specifier: match.groups?.['specifier'] ?? '' })),
  );
}

/** The text with every comment blanked; what stands in strings stays, so that specifiers can be read. */
export function withoutComments(text: string): string {
  return text.replaceAll(STRING_OR_COMMENT, (part) => (part.startsWith('/') ? ' ' : part));
}
