import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/wine/**/*.wine.ts'],
    testTimeout: 120_000,
    hookTimeout: 600_000,
    // All files share a prefix of wine, and the program in it.
    fileParallelism: false,
  },
});

export default config;
