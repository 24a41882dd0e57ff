/** Rules of STYLE that the linter does not have: see CONTRIBUTING.md. Loaded by `.oxlintrc.json`. */

const noInstanceofServingError = {
  create: (context) => ({
    BinaryExpression(node) {
      if (node.operator !== 'instanceof' || node.right.type !== 'Identifier' || node.right.name !== 'ServingError') return;
      context.report({ node, message: 'Two copies of core can be installed: use ServingError.is(error).' });
    },
  }),
};

const TAPS = new Set(['tap', 'intercept']);

const noAsyncTap = {
  create: (context) => ({
    CallExpression(node) {
      const { callee } = node;
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier' || !TAPS.has(callee.property.name)) return;
      const listener = node.arguments.at(-1);
      if (listener?.async !== true) return;
      context.report({ node, message: 'tap() loses the promise of an async function: use tapPromise().' });
    },
  }),
};

const noModuleState = {
  create: (context) => ({
    Program(program) {
      for (const statement of program.body) {
        const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
        if (declaration?.type !== 'VariableDeclaration' || declaration.kind === 'const' || declaration.declare) continue;
        context.report({ node: declaration, message: 'A module keeps no state: put it into an object with an owner.' });
      }
    },
  }),
};

export default {
  meta: { name: 'servable' },
  rules: {
    'no-instanceof-serving-error': noInstanceofServingError,
    'no-async-tap': noAsyncTap,
    'no-module-state': noModuleState,
  },
};
