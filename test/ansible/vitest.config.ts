import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/ansible/**/*.ansible.ts'],
    globalSetup: 'test/ansible/prepare.js',
    // Twenty hosts are enough for one machine.
    fileParallelism: false,
    // Twenty hosts on a busy machine take minutes.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});

export default config;
