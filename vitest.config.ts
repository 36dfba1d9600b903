import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/{interop,vm,bench,hostile,fuzz}/**', 'node_modules/**'],
    testTimeout: 30_000,
    // Most of the time is spent waiting for replies: more files at a time than processors.
    maxWorkers: 3,
  },
});
