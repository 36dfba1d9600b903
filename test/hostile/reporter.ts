// The counts of the hostile suite: how many cases of each group (a group is a file) passed and failed.

import { basename } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/** After the run, a line for each group. */
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
      console.log(`  ${group.padEnd(14)} ${passed} cases as they must come out, ${failed} not`);
    }
  }
}
