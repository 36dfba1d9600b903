// `tsntp rtc show|write|read`: the hardware clock beside the system's. write = systohc, read = hctosys.
// Sign: a positive offset = the hardware clock is ahead of the system's.

import type { Clock } from '../../clock/clock.ts';
import { dryRun } from '../../clock/dry-run.ts';
import { openClock } from '../../clock/index.ts';
import { listRtcs, openRtc, type Rtc } from '../../clock/rtc.ts';
import { difference, formatInstant, type Seconds } from '../../ntp/time.ts';
import { RELEASED, VERSION } from '../../release.ts';
import { formatOffset } from '../report/quantity.ts';
import type { Run } from '../run.ts';
import { UsageError } from '../usage-error.ts';

export interface RtcArguments {
  readonly device: string | undefined;
  readonly json: boolean;
  readonly dryRun: boolean | undefined;
  readonly allowAnyOffset: boolean | undefined;
}

export type RtcAction = 'show' | 'write' | 'read';

/** Does it, and reports. Rejects with `ClockError`. */
export async function runRtc(action: RtcAction, args: RtcArguments, run: Run): Promise<number> {
  const real = await openClock();
  const clock = args.dryRun ? dryRun(real) : real;
  const rtc = await openRtc(clock, args.device === undefined ? {} : { path: args.device });
  try {
    const done = await actions[action](rtc, clock, args);
    run.print(args.json ? `${JSON.stringify(jsonOf(action, rtc, done))}\n` : `${textOf(rtc, done)}\n`);
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

const actions: Record<RtcAction, (rtc: Rtc, clock: Clock, args: RtcArguments) => Promise<Done>> = {
  show: compare,

  async write(rtc, clock, args) {
    const before = await compare(rtc);
    if (args.dryRun) return { ...before, did: 'it would be set to the system clock' };
    await rtc.write(clock.status().slewRemaining ?? 0);
    return { ...before, did: 'it has been set to the system clock' };
  },

  async read(rtc, clock, args) {
    const { time, at } = await rtc.read();
    if (time < RELEASED && !args.allowAnyOffset) {
      throw new UsageError(
        `the hardware clock shows ${formatInstant(time)}, which is before this tsntp was released: is its battery ` +
          'empty? Set it with "tsntp rtc write" from a right system clock, or use -g to believe it',
      );
    }
    const offset = difference(time, at.time);
    clock.step(offset);
    return {
      time: formatInstant(time),
      offset,
      did: `the system clock ${args.dryRun ? 'would be' : 'has been'} set to it`,
    };
  },
};

async function compare(rtc: Rtc): Promise<Done> {
  const { time, at } = await rtc.read();
  return { time: formatInstant(time), offset: difference(time, at.time) };
}

function textOf(rtc: Rtc, { time, offset, did }: Done): string {
  const shown = time.replace(/\.0+Z$/, 'Z');
  const kept = rtc.utc ? 'UTC' : 'local time';
  const others = othersThan(rtc);
  return (
    `${rtc.path} shows ${shown} (keeps ${kept}), ${formatOffset(offset)} from the system clock${did ? `; ${did}` : ''}.` +
    (others.length > 0 ? `\nThis machine also has ${others.join(', ')}: see --device.` : '')
  );
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
