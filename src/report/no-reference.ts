// Why a check has nothing to compare with → one sentence with what to do about it.

import type { NoReference } from '../pipeline/check-reference.ts';
import { count } from './labels.ts';
import { formatDuration } from './quantity.ts';
import { explainUnsuitable } from './unsuitable.ts';

/** Explains why there is nothing to compare with, and what to do. */
export function explainNoReference(why: NoReference): string {
  switch (why.kind) {
    case 'too-few-targets':
      return `nothing to compare with: name a server with --reference, or at least ${why.least} hosts, of which the majority then counts`;
    case 'too-few-answers':
      return `only ${why.answers} of ${why.targets} hosts gave a time, and a majority needs ${why.least}: name a server with --reference`;
    case 'no-majority':
      return `no majority of the ${count(why.answers, 'host')} that answered agrees within ${formatDuration(why.tolerance)}: name a server with --reference`;
    case 'unsynchronized':
      return `this machine's clock is no reference: its kernel does not call it synchronized; set it with "tsntp sync", or name a server with --reference`;
    case 'unsuitable':
      return `no suitable reference: ${explainUnsuitable(why.measured.reason, why.measured.servers)}`;
    case 'interrupted':
      return 'interrupted before there was anything to compare with';
    default:
      return why satisfies never;
  }
}
