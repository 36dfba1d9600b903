// A plan → four systemd units: the service that sets the clock, its timer, the service for time-sync.target, and the one
// that restores the last known time at boot.
//
// The timer is monotonic: with OnCalendar= it would be ordered after time-sync.target, which waits for this very run
// (systemd issue 14061). The services run as root with no capability but CAP_SYS_TIME, so that they and an
// administrator's own runs share one memory of the clock.

import { posix } from 'node:path';
import type { Seconds } from '../ntp/time.ts';
import {
  floorCommand,
  MARK,
  type ScheduledLink,
  type SchedulePlan,
  type Scheduler,
  type SchedulerCommand,
  syncCommand,
} from './plan.ts';
import { execStart } from './unit-text.ts';

const FOLDER = '/etc/systemd/system';
const [SERVICE, TIMER, WAIT, FLOOR] = [
  'tsntp.service',
  'tsntp.timer',
  'tsntp-wait.service',
  'tsntp-floor.service',
] as const;

/** Machines that boot together spread their first runs over a minute; more would delay time-sync.target. */
const SPREAD: Seconds = 60;
/** Holds TSNTP_MAX_OFFSET after the first success of a boot; /run is empty after the next boot. */
const LIMIT = '/run/tsntp/limit';

/** systemd, version 247 or later. */
export const systemd: Scheduler = {
  files: plan =>
    systemdUnits(plan).map(({ name, text }) => ({ path: `${FOLDER}/${name}`, text: `# ${MARK}\n${text}` })),
  paths: [SERVICE, TIMER, WAIT, FLOOR].map(name => `${FOLDER}/${name}`),
  links: [link(TIMER, 'timers.target'), link(FLOOR, 'sysinit.target')],
  optionalLinks: [link(WAIT, 'multi-user.target')],
  release: [],
  enable: links => [
    ['systemctl', 'daemon-reload'],
    ...withUnits('enable', links),
    // Not `enable --now`, which leaves a running timer with its old period.
    ...withTimer('restart', links),
  ],
  disable: links => [...withTimer('stop', links), ...withUnits('disable', links)],
  forget: [['systemctl', 'daemon-reload']],
};

/** The units of a plan, without the mark of `tsntp schedule`: the packages for Debian and Red Hat contain them, too. */
export function systemdUnits(
  plan: SchedulePlan,
): readonly { readonly name: string; readonly text: string }[] {
  return [
    { name: SERVICE, text: service(plan) },
    { name: TIMER, text: timer(plan) },
    { name: WAIT, text: wait(plan) },
    { name: FLOOR, text: floor(plan) },
  ];
}

function withUnits(verb: string, links: readonly ScheduledLink[]): readonly SchedulerCommand[] {
  return links.length === 0 ? [] : [['systemctl', verb, ...links.map(({ path }) => posix.basename(path))]];
}

/** The timer is the one unit of which a change has an effect before the next boot. */
function withTimer(verb: string, links: readonly ScheduledLink[]): readonly SchedulerCommand[] {
  return links.some(({ path }) => posix.basename(path) === TIMER) ? [['systemctl', verb, TIMER]] : [];
}

function link(unit: string, target: string): ScheduledLink {
  return { path: `${FOLDER}/${target}.wants/${unit}`, target: `${FOLDER}/${unit}` };
}

function service(plan: SchedulePlan): string {
  return unit('Set the clock from the network, once', {
    Unit: ['Wants=network-online.target', 'After=network-online.target nss-lookup.target'],
    Service: [
      'Type=oneshot',
      `ExecStart=${execStart(syncCommand(plan, { limited: false }))}`,
      ...limitAfterFirst(plan),
      '# Exit code 3, no suitable server: try again. Every other failure needs a person.',
      'Restart=on-failure',
      'RestartSec=1min',
      'RestartPreventExitStatus=1 2 4 5 6 7',
      'CapabilityBoundingSet=CAP_SYS_TIME',
      ...sandbox(plan),
      ...metricsFolder(plan),
      'RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX',
      ...clockCalls(),
    ],
  });
}

function timer({ every }: SchedulePlan): string {
  const spread = Math.min(SPREAD, Math.floor(every / 10));
  return unit('Set the clock from the network regularly', {
    Timer: [
      'OnBootSec=15s',
      `OnUnitInactiveSec=${every}s`,
      '# The same delay each time: spreads the machines, and keeps the period.',
      `RandomizedDelaySec=${spread}s`,
      'FixedRandomDelay=yes',
      'AccuracySec=1s',
    ],
    Install: ['WantedBy=timers.target'],
  });
}

function wait(plan: SchedulePlan): string {
  return unit('Wait until the clock is synchronized', {
    Unit: ['After=tsntp.timer', 'Before=time-sync.target', 'Wants=tsntp.timer time-sync.target'],
    Service: [
      'Type=oneshot',
      'RemainAfterExit=yes',
      `ExecStart=${execStart([...plan.program, 'wait'])}`,
      'CapabilityBoundingSet=',
      ...sandbox(plan),
      'RestrictAddressFamilies=AF_UNIX',
      'SystemCallFilter=@system-service adjtimex clock_adjtime',
    ],
    Install: ['WantedBy=multi-user.target'],
  });
}

function floor(plan: SchedulePlan): string {
  return unit('Restore the last known time if the clock starts before it', {
    Unit: [
      'DefaultDependencies=no',
      'Conflicts=shutdown.target',
      'After=local-fs.target',
      'Before=time-set.target shutdown.target',
      'Wants=time-set.target',
    ],
    Service: [
      'Type=oneshot',
      'RemainAfterExit=yes',
      `ExecStart=${execStart(floorCommand(plan))}`,
      '# Exit code 3: no time is known yet.',
      'SuccessExitStatus=3',
      'CapabilityBoundingSet=CAP_SYS_TIME',
      ...sandbox(plan),
      'RestrictAddressFamilies=AF_UNIX',
      ...clockCalls(),
    ],
    Install: ['WantedBy=sysinit.target'],
  });
}

/** Applies the limit after the first success of a boot: the first run may have to repair an empty battery. */
function limitAfterFirst({ maxOffset }: SchedulePlan): readonly string[] {
  if (maxOffset === undefined) return [];
  return [
    '# The limit, after the first success of a boot.',
    'RuntimeDirectory=tsntp',
    'RuntimeDirectoryPreserve=yes',
    `EnvironmentFile=-${LIMIT}`,
    `ExecStartPost=/bin/sh -c 'echo TSNTP_MAX_OFFSET=${maxOffset} >${LIMIT}'`,
  ];
}

/** Takes away everything that a run does not need. */
function sandbox(plan: SchedulePlan): readonly string[] {
  const paths = [...plan.program, ...plan.arguments.map(argument => argument.replace(/^--[\w-]+=/, ''))];
  const under = (folders: RegExp) => paths.some(path => folders.test(path));
  const state = valueIn(plan, 'state');
  return [
    ...(state === undefined
      ? ['StateDirectory=tsntp', 'StateDirectoryMode=0700']
      : [`ReadWritePaths=${execStart([`-${state}`])}`]),
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    `ProtectHome=${under(/^\/(home|root|run\/user)\//) ? 'read-only' : 'yes'}`,
    ...(under(/^\/(tmp|var\/tmp)\//) ? [] : ['PrivateTmp=yes']),
    ...(plan.arguments.includes('--rtc')
      ? ['DevicePolicy=closed', 'DeviceAllow=char-rtc rw']
      : ['PrivateDevices=yes']),
    'PrivateMounts=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelLogs=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'UMask=0077',
    'SystemCallArchitectures=native',
    '# Not ProtectProc: tsntp looks for other time services. Not MemoryDenyWriteExecute: Node compiles at run time.',
    'SystemCallErrorNumber=EPERM',
  ];
}

/** The folder of --metrics is writable: the file is replaced by another one in it. */
function metricsFolder(plan: SchedulePlan): readonly string[] {
  const file = valueIn(plan, 'metrics');
  return file === undefined
    ? []
    : [`ReadWritePaths=${execStart([`-${file.slice(0, file.lastIndexOf('/')) || '/'}`])}`];
}

/** The value of an option of the scheduled command; undefined if it is not given. */
function valueIn({ arguments: words }: SchedulePlan, option: string): string | undefined {
  const start = `--${option}=`;
  return words.find(word => word.startsWith(start))?.slice(start.length);
}

function clockCalls(): readonly string[] {
  return [
    'SystemCallFilter=@system-service',
    'SystemCallFilter=~@privileged @resources',
    'SystemCallFilter=@clock',
  ];
}

function unit(description: string, sections: Readonly<Record<string, readonly string[]>>): string {
  const { Unit = [], ...others } = sections;
  const head = ['[Unit]', `Description=${description}`, 'Documentation=man:tsntp(8)', ...Unit];
  const rest = Object.entries(others).flatMap(([name, lines]) => ['', `[${name}]`, ...lines]);
  return `${[...head, ...rest].join('\n')}\n`;
}
