import { defineConfig } from 'vitest/config';
// Real processes, real kubectl, one file at a time: these share the machine.
export default defineConfig({
  test: { include: ['tests/e2e/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 120_000, fileParallelism: false },
});
