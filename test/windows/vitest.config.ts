import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/windows/**/*.windows.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // There is one clock.
    fileParallelism: false,
  },
});

export default config;
