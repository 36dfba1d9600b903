// What servers of the field send in a reply, and what is right to make of it: stamps of two clocks, late references,
// other versions, long delays; and the replies that must stay refused, each with a reason that is true.

import { expect, test } from 'vitest';
import { type Behavior, changed, followedBy, from, kiss, ntpTime } from '../hostile/server.ts';
import { field, type Habits, measured } from './bench.ts';

/** A query of A; its report. */
async function report(habits: Habits, options = '') {
  const { tsntp } = await field({ A: habits });
  return tsntp(`-q ${options} --format json A`);
}

/** A query of A, which must be believed; how far its offset is from what it should be. */
async function errorOf(habits: Habits, options = ''): Promise<number> {
  const { offset } = measured(await report(habits, options));
  return Math.abs(offset - (habits.ahead ?? 0));
}

/** A query of A, which must come to nothing; stdout and stderr of the classic report. */
async function refusal(habits: Habits, options = '') {
  const { tsntp } = await field({ A: habits });
  const { code, stdout, stderr } = await tsntp(`-q ${options} A`);
  expect(code, stderr).toBe(3);
  expect(stderr).not.toContain('no reply');
  return { stdout, stderr };
}

const quick = '-p 2 --interval 0.05';
/** A server inside a busy test process stamps late: this is about what is taken, not about microseconds. */
const NEAR = 0.05;

/** The same replies with other 64 bits at a place of the header. */
function overwritten(behavior: Behavior, at: number, bits: bigint): Behavior {
  return changed(behavior, bytes => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setBigUint64(at, bits);
    return copy;
  });
}

/** A kiss for a second request within 2 s, as from ntpd's `discard minimum`. */
function limited(behavior: Behavior): Behavior {
  let last: bigint | undefined;
  return ask => {
    const tooSoon = last !== undefined && ask.now - last < 1_900_000_000n;
    last = ask.now;
    return tooSoon ? kiss('RATE')(ask) : behavior(ask);
  };
}

test('t3-before-t2: 4 µs, two clocks in one device', async () => {
  expect(await errorOf({ kept: -0.000004, ahead: 5 }, quick)).toBeLessThan(NEAR);
});

test('t3-before-t2-coarse: 6 ms, of a precision of 7.8 ms', async () => {
  expect(await errorOf({ kept: -0.006, precision: -7, ahead: 5 }, quick)).toBeLessThan(NEAR);
});

test('guard-t3-20ms: more than the precision explains', async () => {
  const { stderr } = await refusal({ kept: -0.02 }, quick);
  expect(stderr).toMatch(/server took -0\.0(20|19)\d+ s to answer, allowed is -0\.001 to 4 s/);
});

test.each([
  ['ref-after-transmit', 0.000001],
  ['ref-after-transmit-200ms', 0.2],
  ['ref-after-transmit-950ms', 0.95],
])('%s: a reference time %d s after the transmit time', async (_, after) => {
  expect(await errorOf({ reference: -after, ahead: 5 }, quick)).toBeLessThan(NEAR);
});

test('guard-ref-8h: local time as reference time', async () => {
  const { stderr } = await refusal({ reference: -28_800 }, quick);
  expect(stderr).toMatch(/reference time is 28800\.\d+ s after transmit time, allowed is up to 1 s/);
});

const controller: Habits = {
  version: 3,
  refid: 'LOCL',
  precision: -6,
  poll: 17,
  rootDelay: 0,
  rootDispersion: 10.35,
  reference: 600,
  ahead: 7.25,
};

test('distance-message: a stand-alone domain controller: the limit and its option', async () => {
  const { stderr } = await refusal(controller, quick);
  expect(stderr).toMatch(/root distance 10\.\d+ s, --max-distance is 1\.500 s/);
  expect(stderr.split('\n')[0]).toContain('1 server answered, farther away than --max-distance 1.500 s');
});

test('distance-option: the same, allowed', async () => {
  const result = measured(await report(controller, `${quick} --max-distance 16`));
  expect(Math.abs(result.offset - 7.25)).toBeLessThan(0.05);
  expect(result.errorBound).toBeGreaterThanOrEqual(10.35);
  expect(result.errorBound).toBeLessThan(12);
});

test.each<[id: string, habits: Habits]>([
  [
    'stratum0-line',
    { leap: 3, stratum: 0, refid: 'INIT', rootDelay: 0, rootDispersion: 0.1, reference: 'zero' },
  ],
  ['stratum16-line', { leap: 3, stratum: 16, refid: 'STEP' }],
  ['leap3-line', { leap: 3, stratum: 2 }],
])('%s: not synchronized: stratum 16, with what was measured', async (_, habits) => {
  const { stdout, stderr } = await refusal({ ...habits, ahead: 195.5 }, quick);
  expect(stdout).toMatch(/^server 127[\d.]+, stratum 16, offset 195\.(49|50)\d+, delay 0\.\d{5}$/m);
  expect(stderr).toMatch(/not (in sync|synchroni[sz]ed)/);
});

test('guard-dead-line: a dead server has zeros', async () => {
  const { tsntp } = await field();
  const { code, stdout } = await tsntp('-q -t 1 DEAD');
  expect(code).toBe(3);
  expect(stdout).toMatch(/^server 127\.0\.0\.1, stratum 0, offset 0\.000000, delay 0\.00000$/m);
});

test.each([
  [16, 'STEP'],
  [16, 'XFAC'],
  [0, 'INIT'],
])('refid-step: of stratum %i, .%s. is a code', async (stratum, refid) => {
  const { tsntp } = await field({ A: { leap: 3, stratum, refid } });
  const { stdout } = await tsntp(`-q ${quick} --format table A`);
  expect(stdout).toMatch(new RegExp(`^\\? .* \\.${refid}\\. +16 `, 'm'));
});

test.each([
  [1, 4],
  [3, 4],
  [4, 1],
])('v4-to-v3: asked in version %i, answered in version %i', async (asked, version) => {
  const pihole = { version, stratum: 2, refid: 'LOCL', ahead: 5 };
  expect(await errorOf(pihole, `${quick} -o ${asked}`)).toBeLessThan(NEAR);
});

test.each([0, 5, 7])('guard-version-%i: no NTP of ours', async version => {
  const { stderr } = await refusal({ version }, '-t 0.5 -p 2');
  expect(stderr).toContain(`version ${version}, allowed is 1 to 4`);
});

test('slow-text: replies that come after the timeout', async () => {
  const { stderr } = await refusal({ trip: [1.2] }, '-p 2 -t 1');
  expect(stderr).toMatch(/replies came after the timeout of 1 s; allow more with -t\.\n/);
  expect(stderr).toMatch(
    /: server dropped: a reply arrived 1\.2\d\d s after its request, too late: the timeout is 1 s/,
  );
});

test('origin-zero-text: a reply without the origin is told, and is no silence', async () => {
  const { stderr } = await refusal({ also: behavior => overwritten(behavior, 24, 0n) }, '-t 0.5 -p 2');
  expect(stderr).toContain('no answer passed the tests');
  expect(stderr).toContain('origin timestamp is zero');
});

test('slow-allowed: a satellite, with -t and --max-distance', async () => {
  const { tsntp } = await field({ A: { trip: [3.5], ahead: 50 } });
  const result = measured(await tsntp('-q -p 1 -t 5 --max-distance 5 --deadline 18 --format json A'));
  expect(Math.abs(result.offset - 50)).toBeLessThan(0.1);
  expect(result.errorBound).toBeGreaterThanOrEqual(1.74);
  expect(result.errorBound).toBeLessThan(5);
});

test('slow-refused: of a delay that is further below 0 than a tick explains, nothing allows more', async () => {
  const { tsntp } = await field({ A: { kept: 2 } });
  const { code, stderr } = await tsntp('-q -p 1 -t 5 A');
  expect(code).toBe(3);
  expect(stderr).toMatch(/delay -\d.*, allowed is -1 to 3 s$/m);
});

test('slow-refused: the same without --max-distance says so', async () => {
  const { stderr } = await refusal({ trip: [3.2], ahead: 50 }, '-p 1 -t 5');
  expect(stderr).toMatch(/delay 3\.\d+ s, allowed is 0 to 3 s; --max-distance allows more/);
});

test('guard-slow: a round trip of 1.2 s', async () => {
  expect(await errorOf({ trip: [1.2], ahead: 50 }, '-p 1')).toBeLessThan(0.05);
});

test('guard-other-address: what another address sends is none', async () => {
  const { tsntp } = await field({ A: { also: behavior => from('another address', behavior) } });
  expect((await tsntp('-q -t 0.5 -p 2 A')).code).toBe(3);
});

test('guard-t2-1970: T3 right, T2 of 1970', async () => {
  const at1970 = ntpTime(649_000_000_000n);
  await refusal({ also: behavior => overwritten(behavior, 32, at1970) }, quick);
});

test('guard-1024-weeks: the week of GPS rolled over; -g is named', async () => {
  const { stderr } = await refusal({ ahead: -619_315_200 }, quick);
  expect(stderr).toMatch(/implausible time 20\d\d-.*; -g accepts any time/);
});

test('guard-2036: a server beyond the turn of the era', async () => {
  expect(await errorOf({ ahead: 295_000_000 }, quick)).toBeLessThan(NEAR);
});

test('guard-ref-zero: reference time and refid zero', async () => {
  expect(await errorOf({ reference: 'zero', refid: 0, stratum: 3, ahead: 1 }, quick)).toBeLessThan(NEAR);
});

test('guard-trailing: 12 zero bytes behind the header', async () => {
  const zeros = new Uint8Array(12);
  const { stderr } = await refusal(
    { version: 3, also: behavior => followedBy(zeros, behavior) },
    '-t 0.5 -p 2',
  );
  expect(stderr).toContain('12 bytes after the header are not valid extension fields');
});

test('guard-pihole: deaf for 0.1 s after each reply', async () => {
  let deafUntil = 0n;
  const pihole: Habits = {
    version: 4,
    stratum: 2,
    refid: 'LOCL',
    reference: 'zero',
    ahead: 3,
    also: behavior => ask => {
      if (ask.now < deafUntil) return [];
      deafUntil = ask.now + 100_000_000n;
      return behavior(ask);
    },
  };
  expect(await errorOf(pihole)).toBeLessThan(NEAR);
});

test("guard-limited: ntpd's `restrict limited kod` next door", async () => {
  expect(await errorOf({ ahead: 0.3, also: limited })).toBeLessThan(NEAR);
});

test('guard-rate: RATE to everything', async () => {
  const { stderr } = await refusal({ also: () => kiss('RATE') }, '-p 2');
  expect(stderr).toContain('kiss code RATE: this client asks too often');
});
