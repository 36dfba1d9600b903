// A server's verdict → a note of one or two words for a table column. reason.ts has the full reason.

import type { ResolveErrorKind } from '../net/resolve.ts';
import type { TransportErrorKind } from '../net/transport.ts';
import type { KissDemand } from '../ntp/kiss.ts';
import type { RejectionKind } from '../ntp/sample.ts';
import type { Ending, ServerReport, Unsuitable } from '../pipeline/outcome.ts';
import type { Verdict } from '../pipeline/verdict.ts';

/** The note on a server: at most two words; empty if the server was used. */
export function noteOf({ verdict, burst }: Pick<ServerReport, 'verdict' | 'burst'>, ending: Ending): string {
  switch (verdict.kind) {
    case 'dropped':
      return REJECTIONS[verdict.rejection.kind];
    case 'kissed':
      return KISSES[verdict.kiss.demand];
    case 'unreachable':
      return UNREACHABLE[burst?.error?.kind ?? 'failed'];
    case 'not-resolved':
      return UNRESOLVED[verdict.cause];
    case 'undecided':
      return ending.kind === 'no-suitable-server' ? UNDECIDED[ending.reason.kind] : MEASURED_ONLY;
    default:
      return VERDICTS[verdict.kind];
  }
}

const MEASURED_ONLY = 'measured only';

const VERDICTS = {
  'system-peer': '',
  survivor: '',
  outlier: 'outlier',
  falseticker: 'falseticker',
  unauthenticated: 'not trusted',
  duplicate: 'duplicate',
  noselect: 'noselect',
  inconsistent: 'inconsistent',
  'too-far': 'too far',
  'no-reply': 'no reply',
  'no-keys': 'no keys',
} as const satisfies Record<
  Exclude<Verdict['kind'], 'dropped' | 'kissed' | 'unreachable' | 'not-resolved' | 'undecided'>,
  string
>;

const REJECTIONS = {
  'too-short': 'malformed',
  duplicate: 'repeated reply',
  late: 'late reply',
  'bogus-origin': 'wrong origin',
  'wrong-mode': 'wrong mode',
  'wrong-version': 'wrong version',
  'zero-timestamp': 'no timestamp',
  'malformed-tail': 'malformed',
  'crypto-nak': 'bad key',
  'unasked-mac': 'unasked MAC',
  'absent-mac': 'no MAC',
  'wrong-key-id': 'wrong key',
  'wrong-digest': 'bad MAC',
  'absent-nts': 'no NTS',
  'wrong-unique-id': 'bad NTS',
  'false-nts': 'bad NTS',
  'nts-nak': 'NTS refused',
  kiss: 'kiss code',
  'not-synchronized': 'unsynchronized',
  'bad-precision': 'bad precision',
  'root-distance': 'too far',
  'reference-in-future': 'bad reference',
  'bad-delay': 'bad delay',
  'bad-server-interval': 'bad interval',
  'implausible-time': 'implausible',
} as const satisfies Record<RejectionKind, string>;

const KISSES = {
  stop: 'access denied',
  'slow-down': 'rate limited',
} as const satisfies Record<KissDemand, string>;

const UNREACHABLE = {
  'no-route': 'no route',
  'connection-refused': 'refused',
  'not-permitted': 'blocked',
  'too-many-sockets': 'no socket',
  'bad-source-address': 'bad source',
  failed: 'unreachable',
} as const satisfies Record<TransportErrorKind, string>;

const UNRESOLVED = {
  'not-found': 'unknown name',
  temporary: 'unresolved',
  'no-address-of-family': 'no address',
  failed: 'unresolved',
} as const satisfies Record<ResolveErrorKind, string>;

/** The notes on usable servers of a run without a result, by the reason. */
const UNDECIDED = {
  'none-answered': MEASURED_ONLY,
  'none-passed': MEASURED_ONLY,
  'none-selectable': MEASURED_ONLY,
  'none-authenticated': MEASURED_ONLY,
  'no-majority': 'no majority',
  'required-missing': MEASURED_ONLY,
  'too-few': 'too few',
  'clock-unsteady': MEASURED_ONLY,
} as const satisfies Record<Unsuitable['kind'], string>;
