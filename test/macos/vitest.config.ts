import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/macos/**/*.macos.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What sets the clock does so alone.
    fileParallelism: false,
  },
});

export default config;
