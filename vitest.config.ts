import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/properties.ts'],
    exclude: ['test/{interop,vm,bench,hostile,fuzz}/**', 'node_modules/**'],
    // A property of whole worlds takes half a minute on a busy machine.
    testTimeout: 120_000,
    // Most of the time is spent waiting for replies: more files at a time than processors.
    maxWorkers: 3,
  },
});
