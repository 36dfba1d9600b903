// The drawbacks of a schedule: each circumstance has its warning, and a sound one has none.

import { expect, test } from 'vitest';
import { type Circumstances, scheduleWarnings } from '../../src/schedule/schedule-warnings.ts';

const SOUND: Circumstances = {
  every: 3600,
  program: ['/usr/bin/node', '/usr/local/bin/tsntp'],
  arguments: [],
  scheduler: 'cron',
  pool: true,
  image: false,
  unique: true,
  missing: [],
  services: [],
  others: [],
};

test.each<Partial<Circumstances>>([
  {},
  { every: 8 * 3600 },
  { every: 900 },
  { every: 64, pool: false },
  { scheduler: 'systemd', unique: false },
])('a schedule without a warning: %o', sound => {
  expect(scheduleWarnings({ ...SOUND, ...sound })).toEqual([]);
});

test.each<[Partial<Circumstances>, RegExp]>([
  [{ every: 8 * 3600 + 60 }, /481m: .*8\.9 hours.*give 8h or less/],
  [{ every: 899 }, /899s is too often for a public pool: give 15m or longer/],
  [
    { services: [{ name: 'systemd-timesyncd', stop: 'systemctl disable --now systemd-timesyncd' }] },
    /systemd-timesyncd sets this clock.*exit code 6.*systemctl disable --now systemd-timesyncd$/,
  ],
  [{ others: ['systemd'] }, /systemd also runs tsntp.*--as systemd --remove"$/],
  [{ others: ['systemd'], image: true }, /--as systemd --remove --root DIR"$/],
  [{ program: ['/home/u/.nvm/node', '/usr/bin/tsntp'] }, /\.nvm\/node is in a user's folder/],
  [{ program: ['C:\\Users\\u\\node.exe', 'C:\\t.js'] }, /user's folder/],
  [{ program: ['/usr/bin/node', '/root/.npm/_npx/1/tsntp'] }, /temporary folder/],
  [{ program: ['/usr/bin/node', '/tmp/tsntp.js'] }, /temporary folder/],
  [{ image: true, missing: ['/usr/bin/node'] }, /the image has no \/usr\/bin\/node/],
  [{ maxOffset: '60' }, /--max-offset 60 limits every run but the first/],
  [{ maxOffset: '60', scheduler: 'launchd' }, /also limits the first run/],
  [{ unique: false }, /this machine has no machine-id/],
  [{ unique: false, image: true }, /all machines that boot from it.*same minute/],
])('a schedule with a warning: %o', (circumstance, words) => {
  const warnings = scheduleWarnings({ ...SOUND, ...circumstance });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(words);
});
