// The steps after setting the clock: marks it as synchronized, keeps the measured time as its floor, waits for a slew if
// requested or if the slew needs this process, and writes the hardware clock. A failure is a warning, because the clock is
// set anyway.
// Sign: a positive remainder of a slew = the clock is still behind by so much.

import { type Clock, ClockError, type Slew } from '../clock/clock.ts';
import type { Timer } from '../net/timer.ts';
import { add, type Seconds } from '../ntp/time.ts';
import type { RtcWritten, SyncOutcome } from './outcome.ts';
import type { Host } from './ports.ts';

export interface FinishOptions {
  /** Wait until a slew is complete. */
  readonly wait: boolean;
  /** Write the hardware clock too. */
  readonly rtc: boolean;
}

export interface FinishPorts {
  readonly clock: Clock;
  readonly host: Host;
  readonly timer: Timer;
  readonly emit: (event: FinishEvent) => void;
  readonly signal: AbortSignal;
}

/** The progress of an awaited slew: seconds left, of the total. */
export type FinishEvent = { readonly kind: 'slewing'; readonly left: Seconds; readonly of: Seconds };

/** How often to poll a slew, in seconds. */
const LOOK: Seconds = 0.25;
/** The kernel applies a slew in shares of one second: when it reports 0, the last share is still being applied. */
const LAST_PART: Seconds = 1;

/**
 * How long after a clock is marked as synchronized Linux has copied it to the hardware clock, in seconds: within 2 s,
 * or 2 s later if delayed. The next copy follows 11 minutes later.
 */
const KERNEL_COPY: Seconds = 4;

type Finished = Extract<SyncOutcome, { readonly kind: 'adjusted' | 'unchanged' }>;

/** Finishes an outcome of kind `adjusted` or `unchanged`; returns any other unchanged. */
export async function finish(
  outcome: SyncOutcome,
  options: FinishOptions,
  ports: FinishPorts,
): Promise<SyncOutcome> {
  if (outcome.kind !== 'adjusted' && outcome.kind !== 'unchanged') return outcome;
  const { clock } = ports;
  if (!clock.sets) return outcome;
  const slew = outcome.kind === 'adjusted' ? outcome.slew : undefined;
  try {
    const warnings = [...outcome.warnings, declare(outcome, clock, slew), keepFloor(outcome, slew, ports)];
    const waited = slew && (options.wait || !slew.unattended) ? await waitFor(slew, ports) : undefined;
    if (waited === 'finished') declare(outcome, clock, slew);
    const writes = options.rtc && waited !== 'interrupted';
    const { warning, ...rtc } = writes ? await writeRtc(slew, ports) : {};
    return {
      ...outcome,
      ...(waited && { waited }),
      ...rtc,
      warnings: [...warnings, warning].filter(text => text !== undefined),
    };
  } finally {
    // In any case: the rate that this process holds would outlast it.
    slew?.release();
  }
}

/**
 * Reports the clock's quality to the kernel. The remainder of a slew counts as error until it is applied, and what the
 * correction left out as noise widens the bound. The likely error is the one until the next run, if it is known.
 */
function declare(outcome: Finished, clock: Clock, slew: Slew | undefined): string | undefined {
  const { rootDistance, jitter } = outcome.estimate;
  const likely = outcome.drift?.set ? outcome.drift.expectedError : jitter;
  try {
    const left = Math.abs(slew?.remaining() ?? 0);
    clock.declareSynchronized({
      maxError: rootDistance + leftOut(outcome) + left,
      estimatedError: Math.max(likely, left),
    });
    return undefined;
  } catch (error) {
    return `the kernel was not told that its clock is synchronized: ${messageOf(error)}`;
  }
}

/** How much of the measured offset the correction left out as noise. */
function leftOut({ estimate, ...outcome }: Finished): Seconds {
  return Math.abs(estimate.offset - (outcome.kind === 'adjusted' ? outcome.decision.offset : 0));
}

/** The measured time is what the clock shows plus what a slew has still to add. */
function keepFloor(
  outcome: Finished,
  slew: Slew | undefined,
  { clock, host }: FinishPorts,
): string | undefined {
  const time = add(clock.now(), slew?.remaining() ?? 0);
  return host.floor?.remember({ time, errorBound: outcome.estimate.rootDistance + leftOut(outcome) });
}

/** Waits until a slew is complete or the user aborts. */
async function waitFor(
  slew: Slew,
  { timer, emit, signal }: FinishPorts,
): Promise<'finished' | 'interrupted'> {
  const of = slew.remaining();
  for (let left = of; left !== 0; left = slew.remaining()) {
    if (signal.aborted) return 'interrupted';
    emit({ kind: 'slewing', left, of });
    await timer.sleep(LOOK, signal);
  }
  if (slew.unattended) await timer.sleep(LAST_PART, signal);
  return 'finished';
}

/** The true time is the clock's time plus the slew's remainder, which the kernel's own copy does not include. */
async function writeRtc(
  slew: Slew | undefined,
  { host, timer, signal }: FinishPorts,
): Promise<RtcWritten & { readonly warning?: string }> {
  try {
    if (slew && slew.remaining() !== 0) {
      await timer.sleep(KERNEL_COPY, signal);
      if (signal.aborted) return { warning: 'the hardware clock was not written: interrupted' };
    }
    const rtcWritten = await host.writeRtc(slew?.remaining() ?? 0);
    if (rtcWritten === 'kept-by-system') return { rtc: rtcWritten };
    return { rtc: 'written', ...(rtcWritten && { rtcWritten }) };
  } catch (error) {
    return { warning: `the hardware clock was not written: ${messageOf(error)}` };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ClockError) return error.message;
  throw error;
}
