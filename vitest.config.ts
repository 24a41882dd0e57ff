import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@servable/source'] },
  ssr: { resolve: { conditions: ['@servable/source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'tests/**/*.test.ts'],
    environment: 'node',
    testTimeout: 20_000,
    // A hook may end a whole server with thirty models, on a machine that other tests keep busy.
    hookTimeout: 60_000,
  },
});
