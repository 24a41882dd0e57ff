import { expect, it } from 'vitest';
import { findImports } from './import-scanner.ts';

const FORMS: readonly { title: string; text: string; specifiers: readonly string[] }[] = [
  { title: 'named imports', text: `import { a } from './a.ts';`, specifiers: ['./a.ts'] },
  { title: 'imports over several lines', text: `import {\n  a,\n  type B,\n} from './a.ts';`, specifiers: ['./a.ts'] },
  { title: 'type imports', text: `import type { A } from "./a.ts";`, specifiers: ['./a.ts'] },
  { title: 'default and namespace imports', text: `import a, * as b from './a.ts';`, specifiers: ['./a.ts'] },
  { title: 'imports for their effect', text: `import './a.ts';`, specifiers: ['./a.ts'] },
  { title: 're-exports', text: `export { a } from './a.ts';\nexport * from './b.ts';`, specifiers: ['./a.ts', './b.ts'] },
  { title: 'imports when needed', text: `const a = await import('./a.ts');`, specifiers: ['./a.ts'] },
  { title: 'types by import()', text: `let a: import('./a.ts').A;`, specifiers: ['./a.ts'] },
  { title: 'require', text: `const a = require('./a.cjs');`, specifiers: ['./a.cjs'] },
  { title: 'augmentations', text: `declare module '@servable/core' {}`, specifiers: ['@servable/core'] },
  { title: 'no import in a comment', text: `// import './a.ts';\n/* import './b.ts'; */`, specifiers: [] },
  { title: 'no import in a sentence', text: `const text = "we import things from 'here'";`, specifiers: [] },
  { title: 'an import after a string with slashes', text: `const url = 'http://x';\nimport './a.ts';`, specifiers: ['./a.ts'] },
];

it.each(FORMS)('finds $title', ({ text, specifiers }) => {
  expect(findImports(text).map((found) => found.specifier)).toEqual(specifiers);
});
