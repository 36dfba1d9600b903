// Results of checks for the tests of their writers: one of every verdict, fleets of any size, and arbitrary ones.

import fc from 'fast-check';
import type {
  Checked,
  CheckedTarget,
  OffsetRange,
  Severity,
  TargetReading,
  TargetVerdict,
} from '../../src/fleet/fleet-outcome.ts';
import { type UnixTime, unixTimeOf } from '../../src/ntp/time.ts';
import { TARGET_VERDICTS } from '../../src/report/fleet/fleet-order.ts';

/** 2026-11-26T07:00:00Z. */
export const STARTED: UnixTime = unixTimeOf(1_795_676_400_000_000_000n);

/** The range that a plain limit stands for. */
export function within(limit: number): OffsetRange {
  return { from: -limit, to: limit, inside: false };
}

const READING: TargetReading = {
  via: 'ntp',
  address: '10.0.0.5',
  offset: -0.0012,
  errorBound: 0.008,
  delay: 0.012,
  samples: 1,
  stratum: 2,
  leap: 0,
  refid: '192.0.2.1',
  rootDistance: 0.004,
};

/** What a target is unless a test says otherwise. */
export interface Found extends Partial<Omit<CheckedTarget, 'target' | 'reading'>> {
  readonly host?: string;
  readonly port?: number;
  readonly label?: string;
  readonly group?: string;
  /** Null for a target that was not read. */
  readonly reading?: Partial<TargetReading> | null;
}

/** A target that is right, but for what is given. */
export function target(found: Found = {}): CheckedTarget {
  const { host = '10.0.0.5', port = 123, label, group, reading = {}, ...rest } = found;
  return {
    target: {
      host,
      port,
      ...(label !== undefined && { label }),
      ...(group !== undefined && { group }),
      from: 'servers.txt:1',
    },
    verdict: 'right',
    severity: 'ok',
    ...rest,
    ...(reading && { reading: { ...READING, address: host, ...reading } }),
  };
}

/** A check of these targets against two servers. */
export function checked(targets: readonly CheckedTarget[], rest: Partial<Checked> = {}): Checked {
  const counts: Partial<Record<TargetVerdict, number>> = {};
  for (const { verdict } of targets) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return {
    kind: targets.every(({ severity }) => severity === 'ok') ? 'all-right' : 'some-off',
    started: STARTED,
    duration: 1.9,
    limits: { warning: within(0.1), critical: within(1) },
    reference: {
      kind: 'servers',
      names: ['ntp1.example', 'ntp2.example'],
      before: 0.0021,
      after: 0.0022,
      errorBound: 0.0008,
    },
    targets,
    skews: [],
    counts,
    warnings: [],
    ...rest,
  };
}

/** One target of every verdict. */
export const EVERY_VERDICT: readonly CheckedTarget[] = [
  target({ label: 'gate 1' }),
  target({
    host: '10.0.0.6',
    label: 'gate 3',
    group: 'gates',
    verdict: 'off',
    severity: 'critical',
    reading: { offset: 12.4 },
  }),
  target({
    host: '10.1.0.7',
    label: '大门 7',
    group: 'gates',
    verdict: 'zone-off',
    severity: 'critical',
    reason: 'an hour behind: its time zone?',
    reading: { offset: -3600.0003, errorBound: 0.0009 },
  }),
  target({
    host: 'cam-1.example',
    verdict: 'era-off',
    severity: 'critical',
    reason: 'it shows 1970: its battery?',
    reading: { address: '10.0.2.1', offset: -1_795_676_000.5, errorBound: 0.5, via: 'http', samples: 3 },
  }),
  target({
    host: '10.0.0.8',
    verdict: 'frozen',
    severity: 'critical',
    reason: 'it sent the same time twice',
    reading: { offset: 0.3 },
  }),
  target({
    host: '10.0.0.9',
    verdict: 'uncertain',
    severity: 'warning',
    reading: { offset: 0.09, errorBound: 0.04 },
  }),
  target({
    host: '10.0.0.10',
    verdict: 'unsynchronized',
    severity: 'warning',
    reason: 'it says that it is not synchronized',
    reading: { leap: 3, stratum: 16 },
  }),
  target({ host: '10.0.0.11', verdict: 'no-answer', severity: 'critical', reading: null }),
  target({
    host: 'no-such.example',
    verdict: 'unknown-name',
    severity: 'unknown',
    reason: 'no such name',
    reading: null,
  }),
  target({ host: '10.0.0.12', port: 1123, verdict: 'rate-limited', severity: 'unknown', reading: null }),
  target({ host: '2001:db8::5', verdict: 'refused', severity: 'critical', reading: null }),
];

/** A fleet of `size` clocks as it might be: nearly all right, one network an hour behind, some off, some silent. */
export function fleetOf(size: number): Checked {
  const random = generator(size);
  const targets = Array.from({ length: size }, (_, i) => memberOf(i, random));
  const behind = targets.filter(({ verdict }) => verdict === 'zone-off').length;
  const skews = behind < 2 ? [] : [{ offset: -3600, count: behind, where: ['10.1.0.0/24'] }];
  return checked(targets, { skews, duration: 1.24 });
}

function memberOf(i: number, random: () => number): CheckedTarget {
  const host = `10.${Math.floor(i / 250) % 40}.${i % 4}.${(i % 250) + 1}`;
  const named = {
    host,
    label: `${['gate', 'cam', 'plc', 'hmi'][i % 4]}-${i + 1}`,
    group: `hall ${1 + (i % 7)}`,
  };
  const near = {
    offset: (random() + random() + random() - 1.5) * 0.004,
    errorBound: 0.0006 + random() * 0.004,
  };
  const late = { ...named, host: `10.1.0.${1 + (i % 250)}` };
  const dice = random();
  if (i % 97 === 3 || i === 1)
    return target({
      ...named,
      verdict: 'off',
      severity: 'critical',
      reading: { offset: (random() - 0.3) * 10 ** (random() * 5), errorBound: near.errorBound },
    });
  if (dice < 0.03)
    return target({
      ...late,
      verdict: 'zone-off',
      severity: 'critical',
      reason: 'an hour behind: its time zone?',
      reading: { offset: -3600 + near.offset, errorBound: near.errorBound },
    });
  if (dice < 0.05) return target({ ...named, verdict: 'no-answer', severity: 'unknown', reading: null });
  if (dice < 0.06)
    return target({
      ...named,
      verdict: 'uncertain',
      severity: 'warning',
      reading: { offset: 0.08 + random() * 0.04, errorBound: 0.06 },
    });
  if (dice < 0.065)
    return target({
      ...named,
      verdict: 'unsynchronized',
      severity: 'warning',
      reason: 'it says that it is not synchronized',
      reading: { ...near, leap: 3, stratum: 16 },
    });
  return target({ ...named, reading: { ...near, stratum: 1 + (i % 3) } });
}

/** Numbers from 0 to 1 that are the same in every run (a linear congruential generator). */
function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Text as it comes from lists: any characters, and those that formats must escape. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom('|', '"', "'", '\\', '\n', '\r', ',', ';', '=', '<', '>', '&', '\u001b', 'a', ' '),
  }),
);

const anyReading: fc.Arbitrary<TargetReading> = fc.record({
  via: fc.constantFrom('ntp', 'http', 'ssh'),
  address: fc.ipV4(),
  offset: fc.double({ min: -4e9, max: 4e9, noNaN: true }),
  errorBound: fc.double({ min: 0, max: 1e3, noNaN: true }),
  delay: fc.double({ min: 0, max: 1e3, noNaN: true }),
  samples: fc.integer({ min: 1, max: 8 }),
  stratum: fc.integer({ min: 0, max: 16 }),
});

/** Any target, whatever its verdict. */
export const anyTarget: fc.Arbitrary<CheckedTarget> = fc.record(
  {
    target: fc.record(
      {
        host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
        port: fc.integer({ min: 1, max: 65_535 }),
        label: anyText,
        group: anyText,
        from: fc.constant('list:1'),
      },
      { requiredKeys: ['host', 'port', 'from'] },
    ),
    verdict: fc.constantFrom(...TARGET_VERDICTS),
    severity: fc.constantFrom<Severity[]>('ok', 'warning', 'critical', 'unknown'),
    reason: anyText,
    reading: anyReading,
  },
  { requiredKeys: ['target', 'verdict', 'severity'] },
);

/** Any check. */
export const anyChecked: fc.Arbitrary<Checked> = fc
  .array(anyTarget, { maxLength: 40 })
  .map(targets => checked(targets));
