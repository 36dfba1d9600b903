// An outcome → one sentence, with advice on what to do next if there is something to do.

import { slewDuration } from '../clock/clock.ts';
import type { Estimate } from '../ntp/combine.ts';
import type { Ending, Findings, Outcome, RtcWritten, ServerReport } from '../pipeline/outcome.ts';
import { outlookText } from './drift-findings.ts';
import { count, explainCompetitor } from './labels.ts';
import { formatDuration, formatOffset, formatSize } from './quantity.ts';
import { explainRefusal } from './refusal.ts';
import { precisionText } from './rtc-precision.ts';
import { explainUnsuitable } from './unsuitable.ts';
import { explainWaiver } from './waiver.ts';

/** Describes an outcome in one sentence. */
export function summaryOf(outcome: Outcome): string {
  if (outcome.kind === 'no-suitable-server') {
    return `No server suitable for synchronization found: ${explainUnsuitable(outcome.reason, outcome.servers)}.`;
  }
  if (outcome.kind === 'interrupted')
    return `Interrupted; the clock was not touched.${progressText(outcome)}`;
  return `This clock ${tenseOf(outcome)} ${findingText(outcome)}${endingText(outcome)}${outlookText(outcome)}.`;
}

/** How many servers had been measured before the interruption. */
function progressText({ servers }: Findings): string {
  const measured = servers.filter(({ estimate }) => estimate).length;
  return measured === 0 ? '' : ` ${measured} of ${count(servers.length, 'server')} had been measured.`;
}

type Measured = Extract<Outcome, { readonly estimate: Estimate }>;

function tenseOf({ kind }: Measured): 'was' | 'is' {
  return kind === 'adjusted' ? 'was' : 'is';
}

/** Calls a clock right if its offset is within the bound, except beside a refusal, which that would contradict. */
function findingText({ kind, estimate, servers }: Measured): string {
  const { offset, rootDistance } = estimate;
  const bound = `± ${formatDuration(rootDistance)}`;
  const agreement = agreementOf(servers);
  if (Math.abs(offset) <= rootDistance && kind !== 'refused') {
    const worst = formatDuration(Math.abs(offset) + rootDistance);
    return `right to within ${worst} (${formatOffset(offset)} ${bound}; ${agreement})`;
  }
  return `${formatSize(offset)} ${offset > 0 ? 'behind' : 'ahead'} (${bound}; ${agreement})`;
}

function agreementOf(servers: readonly ServerReport[]): string {
  const believed = servers.filter(({ verdict }) =>
    ['system-peer', 'survivor', 'outlier'].includes(verdict.kind),
  ).length;
  const usable = believed + servers.filter(({ verdict }) => verdict.kind === 'falseticker').length;
  return usable === 1
    ? 'one server, not confirmed by others'
    : `${believed} of ${count(usable, 'server')} agree`;
}

/** That the hardware clock was written, and how exactly, or need not be; empty if it was not to be. */
function rtcText({ rtc, rtcWritten }: RtcWritten, done: string): string {
  if (rtc === 'kept-by-system') return '; the system itself keeps the hardware clock';
  return rtc ? `; the hardware clock was ${done}${precisionText(rtcWritten)}` : '';
}

/** What was done or would be done with the offset, or why nothing was done. */
function endingText(outcome: Measured & Ending): string {
  switch (outcome.kind) {
    case 'queried':
      return '';
    case 'unchanged':
      return `; nothing to correct${rtcText(outcome, 'written')}`;
    case 'adjusted':
      return `; ${correctionText(outcome)}${waiverText(outcome)}${rtcText(outcome, 'also written')}`;
    case 'would-adjust':
      return outcome.decision.kind === 'step'
        ? `; it would be stepped${waiverText(outcome)}`
        : `; it would be slewed by ${slewText(outcome.decision.offset)}${waiverText(outcome)}`;
    case 'refused':
      return `: ${explainRefusal(outcome, 'the servers are')}`;
    case 'busy':
      return `; left alone: ${outcome.competitors.map(explainCompetitor).join('; ')}`;
    case 'clock-error':
      return `; not set: ${outcome.error.message}`;
    default:
      return outcome satisfies never;
  }
}

function waiverText({
  decision,
  clockTrust,
}: Extract<Outcome, { readonly kind: 'adjusted' | 'would-adjust' }>): string {
  const words = explainWaiver(decision, clockTrust);
  return words === '' ? '' : `; ${words}`;
}

function correctionText({ decision, slew, waited }: Extract<Outcome, { readonly kind: 'adjusted' }>): string {
  if (decision.kind === 'step') return 'it has been stepped';
  if (waited === 'finished') return 'it has been slewed';
  if (waited === undefined) return `it is being slewed, for ${slewTime(decision.offset)}`;
  const left = formatDuration(Math.abs(slew?.remaining() ?? 0));
  return slew?.unattended
    ? `interrupted while it is being slewed: the kernel continues with the remaining ${left}`
    : `interrupted while it was being slewed: ${left} remain uncorrected`;
}

/** The duration counts for more than a second only. */
function slewText(offset: number): string {
  return `${formatOffset(offset)}${slewDuration(offset) > 1 ? `, for ${slewTime(offset)}` : ''}`;
}

function slewTime(offset: number): string {
  const seconds = Math.ceil(slewDuration(offset));
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
