// The verdicts on a server: the closed union, and the verdict on a server without samples. assess.ts and voters.ts reach
// those on servers with samples; report/reason.ts has the words.

import { NtsError } from '../net/nts/session.ts';
import type { ResolveErrorKind } from '../net/resolve.ts';
import type { Source } from '../net/survey.ts';
import type { Kiss } from '../ntp/kiss.ts';
import type { Rejection } from '../ntp/sample.ts';
import type { Seconds } from '../ntp/time.ts';
import { formatServer } from '../sources/server.ts';

/**
 * The verdict on one server. The first four are for servers with a vote (RFC 5905 §11.2); the others have no vote, or gave
 * no usable time.
 */
export type Verdict =
  | { readonly kind: 'system-peer'; readonly weight: number }
  | { readonly kind: 'survivor'; readonly weight: number }
  | { readonly kind: 'outlier' }
  | { readonly kind: 'falseticker' }
  /** Measured only: other servers are authenticated, this one is not. */
  | { readonly kind: 'unauthenticated' }
  /** Another server of the list holds the vote of this name or of all its addresses; `of` names it if known. */
  | { readonly kind: 'duplicate'; readonly of?: string }
  /** Usable, but there was no majority, or too few servers were left. */
  | { readonly kind: 'undecided' }
  /** Measured, but its list marks it `noselect`. */
  | { readonly kind: 'noselect' }
  /** It answered, but no reply passed the tests. */
  | { readonly kind: 'dropped'; readonly rejection: Rejection }
  | { readonly kind: 'kissed'; readonly kiss: Kiss }
  /** Its samples contradict each other by this many seconds: a clock was changed during the burst. */
  | { readonly kind: 'inconsistent'; readonly by: Seconds }
  /** Its root distance exceeds the limit. */
  | {
      readonly kind: 'too-far';
      readonly rootDistance: Seconds;
      readonly limit: Seconds;
      /** The origin of the limit, if a list set it. */
      readonly from?: string;
    }
  | { readonly kind: 'no-reply' }
  | { readonly kind: 'unreachable'; readonly message: string }
  | { readonly kind: 'not-resolved'; readonly cause: ResolveErrorKind; readonly message: string }
  /** The NTS key exchange failed. */
  | { readonly kind: 'no-keys'; readonly message: string };

/** Why a source has no samples. A reply that failed a test says more than one that was late or a duplicate. */
export function verdictWithoutSamples({ burst, error, duplicateOf }: Source): Verdict {
  if (duplicateOf) return { kind: 'duplicate', of: formatServer(duplicateOf) };
  if (error instanceof NtsError) return { kind: 'no-keys', message: error.message };
  if (error) return { kind: 'not-resolved', cause: error.kind, message: error.message };
  if (burst?.kiss) return { kind: 'kissed', kiss: burst.kiss };
  const rejection =
    burst?.rejections.find(({ test }) => test !== '1' && test !== '2') ??
    burst?.rejections.find(({ kind }) => kind === 'late') ??
    burst?.rejections[0];
  if (rejection) return { kind: 'dropped', rejection };
  if (burst?.error) return { kind: 'unreachable', message: burst.error.message };
  return { kind: 'no-reply' };
}
