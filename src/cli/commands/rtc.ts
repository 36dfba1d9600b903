// `tsntp rtc show|write|read`: the hardware clock beside the system's. write = systohc, read = hctosys.
// Sign: a positive offset = the hardware clock is ahead of the system's.

import { type Clock, ClockError } from '../../clock/clock.ts';
import { dryRun } from '../../clock/dry-run.ts';
import { openClock } from '../../clock/index.ts';
import { openRtc, type Rtc } from '../../clock/rtc/rtc.ts';
import { listRtcs } from '../../clock/rtc/sysfs.ts';
import { openHost } from '../../machine.ts';
import { difference, formatInstant, type Seconds } from '../../ntp/time.ts';
import type { RtcAction } from '../../options/command-table.ts';
import type { Arguments } from '../../options/parsed.ts';
import { type Applied, apply } from '../../pipeline/apply.ts';
import type { Claim, Host } from '../../pipeline/ports.ts';
import { RELEASED, VERSION } from '../../release.ts';
import { explainCompetitor } from '../../report/labels.ts';
import { formatOffset } from '../../report/quantity.ts';
import { explainRefusal } from '../../report/refusal.ts';
import { EXIT_BUSY, exitCodeOf } from '../exit-code.ts';
import { LeftAlone } from '../left-alone.ts';
import type { Context } from '../process/context.ts';

/** Runs one action on the hardware clock, and reports it. Rejects with `ClockError`, and with `LeftAlone` where a limit or another program stands in the way. */
export async function runRtc(action: RtcAction, args: Arguments<'rtc'>, context: Context): Promise<number> {
  const real = await openClock();
  const clock = args.dryRun ? dryRun(real) : real;
  const host = openHost(clock, {
    setsClock: action !== 'show' && !args.dryRun,
    rehearses: action === 'read',
    env: context.io.env,
    ...(args.state !== undefined && { stateDirectory: args.state }),
  });
  const claim = await host.claim();
  try {
    return await underClaim(action, { clock, host, claim, args, context });
  } finally {
    claim.release();
  }
}

interface Surroundings {
  readonly clock: Clock;
  readonly host: Host;
  readonly claim: Claim;
  readonly args: Arguments<'rtc'>;
  readonly context: Context;
}

async function underClaim(action: RtcAction, surroundings: Surroundings): Promise<number> {
  const { clock, claim, args, context } = surroundings;
  for (const warning of claim.warnings) context.note(`warning: ${warning}`);
  const others = claim.competitors.filter(({ kind }) => kind === 'tsntp');
  if (others.length > 0) throw new LeftAlone(EXIT_BUSY, others.map(explainCompetitor).join('; '));
  const rtc = await openRtc(clock, args.device === undefined ? {} : { path: args.device });
  try {
    const done = await actions[action](rtc, surroundings);
    context.print(
      args.format === 'json' ? `${JSON.stringify(jsonOf(action, rtc, done))}\n` : `${textOf(rtc, done)}\n`,
    );
    return 0;
  } finally {
    rtc.close();
  }
}

interface Done {
  /** What the hardware clock showed, and by how much that was ahead of the system's clock. */
  readonly time: string;
  readonly offset: Seconds;
  /** What was done, in words; nothing for `show`. */
  readonly did?: string;
}

const actions: Record<RtcAction, (rtc: Rtc, surroundings: Surroundings) => Promise<Done>> = {
  show: compare,

  async write(rtc, { clock, args }) {
    const before = await compare(rtc);
    if (args.dryRun) return { ...before, did: 'it would be set to the system clock' };
    await rtc.write(clock.status().slewRemaining ?? 0);
    return { ...before, did: 'it has been set to the system clock' };
  },

  async read(rtc, surroundings) {
    const { time, at } = await rtc.read();
    if (time < RELEASED && !surroundings.args.allowAnyOffset) {
      throw new ClockError(
        'failed',
        `the hardware clock shows ${formatInstant(time)}, which is before this tsntp was released: is its battery ` +
          'empty? Set it with "tsntp rtc write" from a right system clock, or use -g to believe it',
      );
    }
    const done = { time: formatInstant(time), offset: difference(time, at.time) };
    const did = step(rtc, done, surroundings);
    return { ...done, did };
  },
};

async function compare(rtc: Rtc): Promise<Done> {
  const { time, at } = await rtc.read();
  return { time: formatInstant(time), offset: difference(time, at.time) };
}

/** A hardware clock holds whole seconds. */
const ERROR_BOUND: Seconds = 1;

/** Sets the system's clock, by the same rules as from a server; what was done. */
function step(rtc: Rtc, done: Done, { clock, host, claim, args, context }: Surroundings): string {
  const { offset } = done;
  const options = {
    method: 'step',
    stepThreshold: 0,
    allowAnyOffset: args.allowAnyOffset ?? false,
    force: args.force ?? false,
    ...(args.maxOffset !== undefined && { maxOffset: args.maxOffset }),
  } as const;
  const ports = {
    clock,
    // The hardware clock is no witness to its own time.
    host: { ...host, hardwareAhead: () => undefined },
    release: RELEASED,
    emit() {},
    signal: context.signal,
  };
  const applied = apply({ offset, errorBound: ERROR_BOUND, server: rtc.path }, options, claim, ports);
  for (const warning of applied.warnings.slice(claim.warnings.length)) context.note(`warning: ${warning}`);
  return told(
    applied,
    () => new LeftAlone(exitCodeOf(applied, context.interruptedBy()), `${shown(rtc, done)}: ${why(applied)}`),
  );
}

function told(applied: Applied, leftAlone: () => LeftAlone): string {
  switch (applied.kind) {
    case 'adjusted':
      return 'the system clock has been set to it';
    case 'would-adjust':
      return 'the system clock would be set to it';
    case 'unchanged':
      return 'nothing to correct';
    case 'clock-error':
      throw applied.error;
    case 'refused':
    case 'busy':
    case 'interrupted':
      throw leftAlone();
    default:
      return applied satisfies never;
  }
}

function why(applied: Applied): string {
  if (applied.kind === 'refused') return explainRefusal(applied.decision, applied.clockTrust);
  if (applied.kind === 'busy') return applied.competitors.map(explainCompetitor).join('; ');
  return 'interrupted; the clock was not touched';
}

function textOf(rtc: Rtc, done: Done): string {
  const others = othersThan(rtc);
  return (
    `${shown(rtc, done)}${done.did ? `; ${done.did}` : ''}.` +
    (others.length > 0 ? `\nThis machine also has ${others.join(', ')}: see --device.` : '')
  );
}

function shown(rtc: Rtc, { time, offset }: Done): string {
  const kept = rtc.utc ? 'UTC' : 'local time';
  return `${rtc.path} shows ${time.replace(/\.0+Z$/, 'Z')} (keeps ${kept}), ${formatOffset(offset)} from the system clock`;
}

function othersThan(rtc: Rtc): readonly string[] {
  return listRtcs().filter(path => path !== rtc.path);
}

function jsonOf(action: RtcAction, rtc: Rtc, { time, offset, did }: Done): object {
  return {
    version: 1,
    tsntp: VERSION,
    command: `rtc ${action}`,
    exitCode: 0,
    device: rtc.path,
    otherDevices: othersThan(rtc),
    utc: rtc.utc,
    time,
    offset,
    ...(did && { message: did }),
  };
}
