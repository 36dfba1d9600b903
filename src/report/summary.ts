// An outcome in one sentence, and what to do next where something is to be done.

import { slewDuration } from '../clock/clock.ts';
import type { Estimate } from '../ntp/combine.ts';
import type { Ending, Findings, Outcome, ServerReport } from '../pipeline/outcome.ts';
import { count, explainCompetitor } from './labels.ts';
import { formatDuration, formatOffset, formatSize } from './quantity.ts';
import { explainRefusal } from './refusal.ts';
import { explainUnsuitable } from './unsuitable.ts';
import { explainWaiver } from './waiver.ts';

export function summaryOf(outcome: Outcome): string {
  if (outcome.kind === 'no-suitable-server') {
    return `No server suitable for synchronization found: ${explainUnsuitable(outcome.reason, outcome.servers)}.`;
  }
  if (outcome.kind === 'interrupted') return `Interrupted; the clock was not touched.${progress(outcome)}`;
  return `This clock ${tenseOf(outcome)} ${finding(outcome)}${ending(outcome)}`;
}

/** What an interrupt has left. */
function progress({ servers }: Findings): string {
  const measured = servers.filter(({ estimate }) => estimate).length;
  return measured === 0 ? '' : ` ${measured} of ${count(servers.length, 'server')} had been measured.`;
}

type Measured = Extract<Outcome, { readonly estimate: Estimate }>;

function tenseOf({ kind }: Measured): 'was' | 'is' {
  return kind === 'adjusted' ? 'was' : 'is';
}

/** A clock that may be right, as far as can be told, is called that; not beside a refusal, which it would contradict. */
function finding({ kind, estimate, servers }: Measured): string {
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
    ? 'one server, which nothing checks'
    : `${believed} of ${count(usable, 'server')} agree`;
}

/** From the measurement on: what was done, would be done, or why not. */
function ending(outcome: Measured & Ending): string {
  switch (outcome.kind) {
    case 'queried':
      return '.';
    case 'unchanged':
      return `; nothing to correct${outcome.rtc ? '; the hardware clock was written' : ''}.`;
    case 'adjusted':
      return `; ${doneWith(outcome)}${waiver(outcome)}${outcome.rtc ? '; the hardware clock was written, too' : ''}.`;
    case 'would-adjust':
      return outcome.decision.kind === 'step'
        ? `; it would be stepped${waiver(outcome)}.`
        : `; it would be slewed, for ${slewTime(outcome.decision.offset)}${waiver(outcome)}.`;
    case 'refused':
      return `: ${explainRefusal(outcome.decision, outcome.clockTrust)}.`;
    case 'busy':
      return `; left alone: ${outcome.competitors.map(explainCompetitor).join('; ')}.`;
    case 'clock-error':
      return `; not set: ${outcome.error.message}.`;
    default:
      return outcome satisfies never;
  }
}

function waiver({
  decision,
  clockTrust,
}: Extract<Outcome, { readonly kind: 'adjusted' | 'would-adjust' }>): string {
  const words = explainWaiver(decision, clockTrust);
  return words === '' ? '' : `; ${words}`;
}

function doneWith({ decision, slew, waited }: Extract<Outcome, { readonly kind: 'adjusted' }>): string {
  if (decision.kind === 'step') return 'it has been stepped';
  if (waited === 'finished') return 'it has been slewed';
  if (waited === undefined) return `it is being slewed, for ${slewTime(decision.offset)}`;
  const left = formatDuration(Math.abs(slew?.remaining() ?? 0));
  return slew?.unattended
    ? `interrupted while it is being slewed: the kernel goes on with the ${left} that are left`
    : `interrupted while it was being slewed: ${left} are still to be corrected`;
}

function slewTime(offset: number): string {
  const seconds = Math.ceil(slewDuration(offset));
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
