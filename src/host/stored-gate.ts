// The `gate` of drift.json → why the last run left the rate alone, or undefined if it is malformed.

import type { DriftGate } from '../ntp/drift/closed-gate.ts';
import type { KernelRate } from '../ntp/drift/kernel-rate.ts';
import { isName, isNumber, isRate, isRecord } from './stored-values.ts';

/** No machine has more programs that steer its clock. */
const MOST_SERVICES = 32;

/** A closed gate as drift.json has it; undefined if it is malformed. */
export function closedGateOf(value: unknown): DriftGate | undefined {
  if (!isRecord(value)) return undefined;
  const decode = Object.entries(DECODERS).find(([kind]) => kind === value.kind)?.[1];
  return decode?.(value);
}

type Members = Readonly<Record<string, unknown>>;

/** One decoder a kind. */
const DECODERS: { readonly [K in DriftGate['kind']]: (members: Members) => DriftGate | undefined } = {
  'another-service': ({ services }) =>
    Array.isArray(services) && services.length <= MOST_SERVICES && services.every(isName)
      ? { kind: 'another-service', services }
      : undefined,
  'other-boot': () => ({ kind: 'other-boot' }),
  'other-clocksource': ({ before, now }) =>
    isName(before) && isName(now) ? { kind: 'other-clocksource', before, now } : undefined,
  'raw-went-backwards': () => ({ kind: 'raw-went-backwards' }),
  suspended: () => ({ kind: 'suspended' }),
  'set-by-another': members => {
    const [found, set] = [storedRateOf(members.found), storedRateOf(members.set)];
    return found && set && { kind: 'set-by-another', found, set };
  },
  'unlike-raw': ({ by }) => (isRateError(by) ? { kind: 'unlike-raw', by } : undefined),
  jumped: ({ by }) => (isRateError(by) ? { kind: 'jumped', by } : undefined),
  'too-early': () => ({ kind: 'too-early' }),
  unsure: ({ frequency, sigma }) =>
    isRate(frequency) && isNumber(sigma, 0, 1e9) ? { kind: 'unsure', frequency, sigma } : undefined,
};

function isRateError(value: unknown): value is number {
  return isNumber(value, -1e9, 1e9);
}

/** A kernel's rate as drift.json has it; undefined if it is malformed. */
export function storedRateOf(value: unknown): KernelRate | undefined {
  if (!isRecord(value)) return undefined;
  const { frequency, tick } = value;
  if (!isNumber(frequency, -500, 500) || !isNumber(tick, 9_000, 11_000) || !Number.isInteger(tick)) {
    return undefined;
  }
  return { frequency, tick };
}
