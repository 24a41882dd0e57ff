import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@servable/source'] },
  ssr: { resolve: { conditions: ['@servable/source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'tests/**/*.test.ts'],
    environment: 'node',
    testTimeout: 20_000,
  },
});
