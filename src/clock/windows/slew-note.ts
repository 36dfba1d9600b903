// Tells a slew from a rate that was set to last: a process that slews notes the rate before it in the registry. The note
// outlives the process but not the boot, like the rate itself, because its key is volatile. Thus the next run ends the slew
// of a killed process, and takes no other rate for one.
// learn.microsoft.com: winreg.h.

import { type Foreign, share } from '../ffi.ts';
import type { ClockRate, RateControl } from './clock-rate.ts';

/** What a process notes before it slews. */
export interface NotedSlew {
  /** The `adjustment` during the slew. */
  readonly slewing: bigint;
  /** The rate before it. */
  readonly base: ClockRate;
}

export interface SlewNote {
  read(): NotedSlew | undefined;
  /** Has no effect if this process may not write there; the rate of a killed process then stays until the next boot. */
  write(slew: NotedSlew): void;
  clear(): void;
}

const HKEY_LOCAL_MACHINE = 0x80000002;
const PATH = 'SOFTWARE\\tsntp\\slew';
const NAME = 'rate';
const REG_OPTION_VOLATILE = 1;
const KEY_SET_VALUE = 0x0002;
const REG_BINARY = 3;
const RRF_RT_REG_BINARY = 0x08;
/** Four 8-byte words: `slewing`, and the members of `base`. */
const SIZE = 32;

/** Opens the registry; reads nothing yet. */
export function openSlewNote(foreign: Foreign): SlewNote {
  const advapi32 = foreign.load('advapi32.dll');
  const create = advapi32.func(
    'int32 __stdcall RegCreateKeyExW(intptr_t key, str16 path, uint32 reserved, void *class, uint32 options, uint32 access, void *security, void *result, void *disposition)',
  );
  const setValue = advapi32.func(
    'int32 __stdcall RegSetValueExW(intptr_t key, str16 name, uint32 reserved, uint32 type, void *data, uint32 size)',
  );
  const close = advapi32.func('int32 __stdcall RegCloseKey(intptr_t key)');
  const getValue = advapi32.func(
    'int32 __stdcall RegGetValueW(intptr_t key, str16 path, str16 name, uint32 flags, void *type, void *data, void *size)',
  );
  const deleteValue = advapi32.func(
    'int32 __stdcall RegDeleteKeyValueW(intptr_t key, str16 path, str16 name)',
  );
  const words = share(foreign, SIZE);
  const size = share(foreign, 8);
  const handle = share(foreign, 8);

  return {
    read() {
      size.ints[0] = SIZE;
      const memory = [words.address, size.address] as const;
      const failed = getValue(HKEY_LOCAL_MACHINE, PATH, NAME, RRF_RT_REG_BINARY, null, ...memory);
      if (failed || size.ints[0] !== SIZE) return undefined;
      const [slewing, adjustment, increment, disabled] = words.longs;
      return {
        slewing: slewing!,
        base: { adjustment: adjustment!, increment: increment!, disabled: disabled !== 0n },
      };
    },
    write({ slewing, base }) {
      const options = [0, null, REG_OPTION_VOLATILE, KEY_SET_VALUE, null, handle.address, null] as const;
      if (create(HKEY_LOCAL_MACHINE, PATH, ...options)) return;
      words.longs.set([slewing, base.adjustment, base.increment, base.disabled ? 1n : 0n]);
      setValue(handle.longs[0]!, NAME, 0, REG_BINARY, words.address, SIZE);
      close(handle.longs[0]!);
    },
    clear() {
      deleteValue(HKEY_LOCAL_MACHINE, PATH, NAME);
    },
  };
}

/** Returns the rate without a slew, and the speed of that slew in seconds per second; 0 if there is none. */
export function withoutSlew(
  rate: ClockRate,
  note: SlewNote,
): { readonly base: ClockRate; readonly speed: number } {
  const noted = note.read();
  // A rate other than the noted one was set since, by another program.
  const slews = noted !== undefined && !rate.disabled && noted.slewing === rate.adjustment;
  if (!slews || noted.base.increment !== rate.increment) return { base: rate, speed: 0 };
  const { base } = noted;
  const units = rate.adjustment - (base.disabled ? base.increment : base.adjustment);
  return { base, speed: Number(units) / Number(base.increment) };
}

/** Restores the rate that a killed tsntp left changed. */
export function endKilledSlew(control: RateControl, note: SlewNote, attempt: string): void {
  const { base, speed } = withoutSlew(control.get(attempt), note);
  if (speed !== 0) control.set(attempt, base.adjustment, base.disabled);
  note.clear();
}
