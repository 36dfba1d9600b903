// Prints how many cases of each group of the hostile suite passed and failed. A group is a file.

import { basename } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** Prints one line per group after the run. */
export default class Groups implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.map(module => {
      const tests = [...module.children.allTests()];
      const count = (state: string) => tests.filter(test => test.result().state === state).length;
      return {
        group: basename(module.moduleId, '.test.ts'),
        passed: count('passed'),
        failed: count('failed'),
      };
    });
    for (const { group, passed, failed } of rows.toSorted((a, b) => (a.group < b.group ? -1 : 1))) {
      console.log(`  ${group.padEnd(14)} ${passed} cases passed, ${failed} failed`);
    }
  }
}
