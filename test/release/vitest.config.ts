import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/release/**/*.release.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

export default config;
