// The systemd units: what they run, when, and with which rights. systemd itself judges them in test/interop.

import { describe, expect, test } from 'vitest';
import { isOwnText, type SchedulePlan } from '../../src/schedule/plan.ts';
import { systemd, systemdUnits } from '../../src/schedule/systemd.ts';
import { planWith } from './job-words.ts';

function unit(name: string, plan: SchedulePlan): string {
  return systemd.files(plan).find(({ path }) => path === `/etc/systemd/system/${name}`)!.text;
}

describe('tsntp.timer', () => {
  test('is monotonic, and its random delay is the same each time', () => {
    const lines = unit('tsntp.timer', planWith([])).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'OnBootSec=15s',
        'OnUnitInactiveSec=3600s',
        'RandomizedDelaySec=60s',
        'FixedRandomDelay=yes',
        'AccuracySec=1s',
        'WantedBy=timers.target',
      ]),
    );
    expect(lines.join('\n')).not.toMatch(/OnCalendar|Persistent/);
  });

  test('delays short periods by less', () => {
    expect(unit('tsntp.timer', planWith([], { every: 100 }))).toContain('RandomizedDelaySec=10s');
  });
});

describe('tsntp.service', () => {
  test('may set the clock, and Node may compile', () => {
    const text = unit('tsntp.service', planWith(['pool.ntp.org']));
    expect(text).toContain('ExecStart=/usr/bin/node /opt/tsntp.js sync pool.ntp.org\n');
    expect(text).not.toMatch(/^(ProtectClock|MemoryDenyWriteExecute)/m);
    expect(text).not.toMatch(/^(After|Before|Wants)=.*time-sync/m);
  });

  test('is limited after the first success of a boot', () => {
    const text = unit('tsntp.service', planWith(['pool.ntp.org'], { maxOffset: '60' }));
    expect(text).toMatch(/^ExecStart=.* sync pool\.ntp\.org$/m);
    expect(text).toContain("ExecStartPost=/bin/sh -c 'echo TSNTP_MAX_OFFSET=60 >/run/tsntp/limit'\n");
    expect(text).toContain('EnvironmentFile=-/run/tsntp/limit\n');
    expect(unit('tsntp.service', planWith([]))).not.toContain('limit');
  });

  test.each<[argument: string, has: string, lacks: string]>([
    ['--rtc', 'DeviceAllow=char-rtc rw', 'PrivateDevices=yes'],
    ['--keys=/root/keys', 'ProtectHome=read-only', 'ProtectHome=yes'],
    ['--file=/tmp/list', 'ProtectHome=yes', 'PrivateTmp=yes'],
    ['--state=/srv/a b', 'ReadWritePaths="-/srv/a b"', 'StateDirectory=tsntp'],
    ['--metrics=/srv/m/tsntp.prom', 'ReadWritePaths=-/srv/m', 'ReadWritePaths=-/srv/m/tsntp.prom'],
  ])('sees what %s needs', (argument, has, lacks) => {
    const text = unit('tsntp.service', planWith([argument]));
    expect(text).toContain(`\n${has}\n`);
    expect(text).not.toContain(`\n${lacks}\n`);
  });
});

test('tsntp-wait.service holds time-sync.target back, without a right to the clock', () => {
  const text = unit('tsntp-wait.service', planWith([]));
  expect(text).toContain('ExecStart=/usr/bin/node /opt/tsntp.js wait\n');
  expect(text).toMatch(/^Before=time-sync\.target$/m);
  expect(text).toContain('\nCapabilityBoundingSet=\n');
});

test('tsntp-floor.service comes before time-set.target, and shares the state', () => {
  const text = unit('tsntp-floor.service', planWith(['--state=/srv/state', 'pool.ntp.org']));
  expect(text).toContain('ExecStart=/usr/bin/node /opt/tsntp.js rtc floor --state=/srv/state\n');
  expect(text).toMatch(/^Before=time-set\.target/m);
  expect(text).toContain('DefaultDependencies=no');
});

test('the units for a package are the same, without the mark by which tsntp replaces a file', () => {
  const plan = planWith(['pool.ntp.org']);
  const units = systemdUnits(plan);
  for (const { name, text } of units) expect(unit(name, plan).endsWith(`\n${text}`)).toBe(true);
  expect(units.map(({ name }) => `/etc/systemd/system/${name}`)).toEqual(systemd.paths);
  expect(units.some(({ text }) => isOwnText(text))).toBe(false);
});
