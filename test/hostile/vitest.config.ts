import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/hostile/**/*.test.ts'],
    globalSetup: 'test/interop/build.ts',
    reporters: ['default', 'test/hostile/reporter.ts'],
    // The first test of a group waits for the run that judges all of them.
    testTimeout: 120_000,
    maxWorkers: 3,
  },
});

export default config;
