// The options of `drift` that belong to some of its actions → an error where another action would ignore them.

import type { OptionName } from '../../options/option-names.ts';
import type { Given } from './argv.ts';
import { UsageError } from './usage-error.ts';

/** The actions that take an option; every action takes the others. */
const ACTIONS: Partial<Readonly<Record<OptionName, readonly string[]>>> = {
  plot: ['show'],
  ntpd: ['import', 'export'],
  chrony: ['import', 'export'],
  dryRun: ['reset', 'import'],
  force: ['reset'],
};

/** Throws `UsageError` for a flag that the action would ignore. A variable may be there for other commands. */
export function refuseForeignActions(action: string, options: readonly Given[]): void {
  for (const { name, written, value } of options) {
    const takers = ACTIONS[name];
    if (takers === undefined || value === false || takers.includes(action)) continue;
    throw new UsageError(
      `${written} is for drift ${takers.join(' and drift ')}: leave it out of drift ${action}`,
    );
  }
}
