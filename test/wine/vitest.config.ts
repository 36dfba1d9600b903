import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/wine/**/*.wine.ts'],
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});

export default config;
