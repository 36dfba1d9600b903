// Why a run left the rate of the clock alone → the words: what was found, with its value, and what to do about it.

import type { DriftGate } from '../ntp/drift/closed-gate.ts';
import { rateOf } from '../ntp/drift/kernel-rate.ts';
import { formatRate } from './quantity.ts';

/** Explains a closed gate: a clause without a period at the end, after `the rate was left alone:`. */
export function explainDriftGate(gate: DriftGate): string {
  switch (gate.kind) {
    case 'another-service':
      return `${gate.services.join(', ')} also ${gate.services.length === 1 ? 'steers' : 'steer'} this clock; stop one of the two`;
    case 'other-boot':
      return 'the machine has booted since the last run, and its rate may have changed; a run at least 15 minutes later sets it';
    case 'other-clocksource':
      return `the kernel's clock source is now ${gate.now}, and was ${gate.before}; the rate is learned anew, and a run at least 15 minutes later sets it`;
    case 'raw-went-backwards':
      return 'the raw clock shows less than at the last run; the rate is learned anew, and a run at least 15 minutes later sets it';
    case 'suspended':
      return 'the machine has slept since the last run; the next run sets the rate';
    case 'set-by-another':
      return (
        `another program has changed it to ${formatRate(rateOf(gate.found))}, from the ${formatRate(rateOf(gate.set))} that tsntp ` +
        'set; find and stop that program, then run once with --force-frequency'
      );
    case 'unlike-raw':
      return (
        `the clock runs ${formatRate(gate.by)} off what the kernel was told; a hypervisor, the boot option ntp_tick_adj or ` +
        'another program steers it, or a slew has just ended; if that persists, run with --no-drift'
      );
    case 'too-early':
      return 'it takes two runs that are 15 minutes apart to learn it; a run at least 15 minutes after the first sets it';
    case 'jumped':
      return (
        `it appears to have changed by ${formatRate(gate.by)} since the run before, which no oscillator does: this machine was ` +
        'paused, or a server was wrong; later runs set it'
      );
    case 'unsure':
      return (
        `it is not known well enough yet: ${formatRate(gate.frequency)} ± ${gate.sigma.toFixed(1)} ppm; further runs, or ` +
        'servers with less jitter, narrow it down'
      );
    default:
      return gate satisfies never;
  }
}

/** Whether a closed gate shows a fault of the machine, which does not pass by itself. */
export function isFault({ kind }: DriftGate): boolean {
  return kind === 'set-by-another' || kind === 'unlike-raw';
}
