// The drawbacks of a schedule on this machine → warnings, each with what to do.

import type { Seconds } from '../ntp/time.ts';
import { periodText, type SchedulePlan, type SchedulerName } from './plan.ts';
import type { OtherService } from './schedule-outcome.ts';

/** A plan and the machine that it is for. */
export interface Circumstances extends Omit<SchedulePlan, 'minute'> {
  readonly scheduler: SchedulerName;
  /** Whether one of the servers is a public pool. */
  readonly pool: boolean;
  readonly image: boolean;
  /** Whether no other machine has this machine's identity. */
  readonly unique: boolean;
  /** The programs that an image lacks. */
  readonly missing: readonly string[];
  /** Other programs that set this clock. */
  readonly services: readonly OtherService[];
  /** Other schedulers that run tsntp already. */
  readonly others: readonly SchedulerName[];
}

/** maxerror grows by 500 ppm from each declaration on, and the kernel gives up at 16 s: after 32,000 s (8.9 h). */
const LONG: Seconds = 8 * 3600;
/** The rules of pool.ntp.org ask clients for few requests: https://www.ntppool.org/tos.html */
const SHORT_FOR_A_POOL: Seconds = 15 * 60;

const HOME = /^\/(home|root|Users)\/|^[a-z]:\\Users\\/i;
const TEMPORARY = /^\/(tmp|var\/tmp|private\/tmp)\/|[\\/]_npx[\\/]|\\AppData\\Local\\Temp\\/i;

/** The warnings, in the order of their weight. */
export function scheduleWarnings(given: Circumstances): readonly string[] {
  return [
    ...serviceWarnings(given),
    ...given.others.map(
      other =>
        `${other} also runs tsntp: remove one of the two, for example with "tsntp schedule --as ${other} --remove${given.image ? ' --root DIR' : ''}"`,
    ),
    ...programWarnings(given),
    ...periodWarnings(given),
    ...limitWarnings(given),
    ...identityWarnings(given),
  ];
}

function serviceWarnings({ services }: Circumstances): readonly string[] {
  return services.map(
    ({ name, stop }) =>
      `${name} sets this clock: the scheduled runs would end with exit code 6; stop it first: ${stop}`,
  );
}

function programWarnings({ program, missing }: Circumstances): readonly string[] {
  return [
    ...missing.map(path => `the image has no ${path}: install Node and tsntp at the same paths as here`),
    ...program.flatMap(path => {
      if (TEMPORARY.test(path))
        return [`${path} is in a temporary folder, which may be emptied: install tsntp for all users`];
      if (HOME.test(path))
        return [
          `${path} is in a user's folder, and the scheduled runs run as root: install Node and tsntp for all users`,
        ];
      return [];
    }),
  ];
}

/** The warnings about a period alone. */
export function periodWarnings({ every, pool }: Pick<Circumstances, 'every' | 'pool'>): readonly string[] {
  if (every > LONG)
    return [
      `--every ${periodText(every)}: after 8.9 hours without a run, the kernel declares its clock unsynchronized; give 8h or less`,
    ];
  if (pool && every < SHORT_FOR_A_POOL)
    return [`--every ${periodText(every)} is too often for a public pool: give 15m or longer`];
  return [];
}

function limitWarnings({ scheduler, maxOffset }: Circumstances): readonly string[] {
  if (maxOffset === undefined) return [];
  return scheduler === 'launchd'
    ? [`--max-offset ${maxOffset} also limits the first run after a boot`]
    : [
        `--max-offset ${maxOffset} limits every run but the first after a boot, which may have to repair more`,
      ];
}

function identityWarnings({ unique, image, scheduler }: Circumstances): readonly string[] {
  if (unique || scheduler === 'systemd') return [];
  return image
    ? [
        'the image has no machine-id: all machines that boot from it would query in the same minute; give it one, or run "tsntp schedule" on each machine',
      ]
    : ['this machine has no machine-id: the minute follows from its name instead'];
}
