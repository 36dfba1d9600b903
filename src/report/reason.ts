// A server's verdict → why it was not used, in words: the thing, its value, the limit, and the option that helps. A reason
// depends on how the run ended, so that it never contradicts the summary.

import type { Burst } from '../net/burst.ts';
import type { Rejection } from '../ntp/sample.ts';
import type { Ending, Outcome, ServerReport } from '../pipeline/outcome.ts';
import { formatServer } from '../sources/server.ts';
import { explainFalseticker } from './falseticker.ts';
import { count } from './labels.ts';
import { formatDuration } from './quantity.ts';

/** Why a server was not used, in a few words; empty if it was used. */
export function reasonOf({ server, verdict, burst }: ServerReport, ending: Ending): string {
  switch (verdict.kind) {
    case 'system-peer':
    case 'survivor':
      return '';
    case 'outlier':
    case 'falseticker':
    case 'noselect':
      return verdict.kind;
    case 'unauthenticated':
      return 'measured only: others are authenticated, but this one has neither a key nor NTS';
    case 'duplicate':
      if (verdict.of === undefined) return 'measured only: its address already has a vote';
      return verdict.of === formatServer(server)
        ? 'no vote of its own: it is listed more than once'
        : `no vote of its own: it is the same server as ${verdict.of}`;
    case 'undecided':
      return whyUndecided(ending);
    case 'dropped':
      return `server dropped: ${verdict.rejection.message}${adviceOn(verdict.rejection, burst?.timeout)}`;
    case 'kissed':
      return `server dropped: kiss code ${verdict.kiss.code}: ${demandOf(verdict.kiss.demand)}`;
    case 'inconsistent':
      return `server dropped: its samples contradict each other by ${formatDuration(verdict.by)}: a clock was changed during the measurement`;
    case 'too-far':
      return `server dropped: too far away (root distance ${formatDuration(verdict.rootDistance)}, ${verdict.from ?? '--max-distance'} is ${formatDuration(verdict.limit)})`;
    case 'no-reply':
      return silenceOf(burst, ending);
    case 'unreachable':
    case 'not-resolved':
    case 'no-keys':
      return verdict.message;
    default:
      return verdict satisfies never;
  }
}

/** Why a server was not used; for a falseticker also the numbers, and which servers contradict it. */
export function fullReasonOf(report: ServerReport, outcome: Outcome): string {
  const { verdict, estimate } = report;
  if (verdict.kind !== 'falseticker' || !estimate) return reasonOf(report, outcome);
  return explainFalseticker({ ...report, estimate }, outcome);
}

/** How long a silent server was given. A run that ends before the first timeout was cut short by its deadline. */
function silenceOf(burst: Burst | undefined, { kind }: Ending): string {
  if (!burst || burst.sent === 0) return 'no reply';
  const asked = `no reply to ${count(burst.sent, 'request')}`;
  if (!burst.cutShort || burst.sent > 1) return `${asked} (-t ${burst.timeout})`;
  return kind === 'interrupted' ? asked : `${asked} before the deadline (--deadline)`;
}

/** Why a usable server was not used: the run was not meant to choose, or reached no choice. */
function whyUndecided(ending: Ending): string {
  if (ending.kind !== 'no-suitable-server') return 'measured only';
  switch (ending.reason.kind) {
    case 'no-majority':
      return 'no majority agrees';
    case 'too-few':
      return `agrees, but ${ending.reason.from ?? '--min-servers'} requires ${ending.reason.wanted}`;
    default:
      return 'measured only';
  }
}

/** Advice on the option that would accept such a reply; empty if there is none. */
function adviceOn({ kind, measured }: Rejection, timeout: number | undefined): string {
  switch (kind) {
    case 'late':
      return `: the timeout is ${timeout} s, allow more with -t`;
    case 'bad-delay':
      // A negative delay was raised to its floor, and --max-distance would not help.
      return measured && measured.delay > measured.dispersion ? '; --max-distance allows more' : '';
    case 'root-distance':
      return ', regardless of --max-distance';
    case 'implausible-time':
      return '; -g accepts any time';
    default:
      return '';
  }
}

function demandOf(demand: 'stop' | 'slow-down'): string {
  return demand === 'stop'
    ? 'it refuses to serve this client; ask another server'
    : 'this client asks too often; wait, or give a longer --interval';
}
