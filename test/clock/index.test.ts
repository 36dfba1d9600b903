import { describe, expect, test } from 'vitest';
import { openClock } from '../../src/clock/index.ts';

describe('openClock', () => {
  test.runIf(['linux', 'darwin', 'win32'].includes(process.platform))(
    'opens the clock of this machine',
    async () => {
      const clock = await openClock();
      expect(clock.name).toBe(process.platform === 'win32' ? 'windows' : process.platform);
      expect(clock.sets).toBe(true);
    },
  );

  test.each(['aix', 'constructor'])(
    'on %s the clock is read-only, and no library is loaded',
    async platform => {
      const clock = await openClock(platform, () => Promise.reject(new Error('loaded')));
      expect(clock.name).toBe('read-only');
      expect(() => clock.step(1)).toThrow(
        expect.objectContaining({
          kind: 'unsupported',
          message: `the clock cannot be set: tsntp can set the clock on linux, darwin, win32, not on ${platform}`,
        }),
      );
    },
  );

  test('without koffi the clock is read-only and says so', async () => {
    const clock = await openClock('linux', () =>
      Promise.reject(new Error("Cannot find package 'koffi'\nstack")),
    );
    expect(clock.name).toBe('read-only');
    expect(() => clock.slew(1)).toThrow(
      "the clock cannot be set: the system's clock functions cannot be called through koffi: Cannot find package 'koffi'",
    );
  });
});
