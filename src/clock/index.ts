// Selects the Clock for a platform. koffi, which calls the C library, is imported only here and only when a clock is
// opened. Without it, or on a platform without an adapter, the clock can still be read.

import { type Clock, ClockError } from './clock.ts';
import { openDarwin } from './darwin.ts';
import type { Foreign } from './ffi.ts';
import { openLinux } from './linux.ts';
import { readOnly } from './read-only.ts';
import { openWindows } from './windows/windows.ts';

/** The values of `process.platform` on which tsntp can set the clock. */
export type SupportedPlatform = 'linux' | 'darwin' | 'win32';

const adapters = {
  linux: openLinux,
  darwin: openDarwin,
  win32: openWindows,
} satisfies Record<SupportedPlatform, (foreign: Foreign) => Clock>;

/**
 * Opens this machine's clock. If it cannot be set, returns a read-only clock whose `step` explains why. Rejects with
 * `ClockError` if the clock stands still.
 */
export async function openClock(
  platform: string = process.platform,
  importKoffi: () => Promise<Foreign> = () => import('koffi'),
): Promise<Clock> {
  if (!isSupported(platform))
    return readOnly(`tsntp can set the clock on ${Object.keys(adapters).join(', ')}, not on ${platform}`);
  try {
    return adapters[platform](await importKoffi());
  } catch (cause) {
    if (cause instanceof ClockError && cause.kind === 'failed') throw cause;
    return readOnly(`the system's clock functions cannot be called through koffi: ${whyWithout(cause)}`);
  }
}

/** Why koffi does not load, and what to do. */
function whyWithout(cause: unknown): string {
  const message = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;
  // In a CommonJS bundle there is no import.meta.url to search from; in other bundles the binary is missing.
  if (/'filename' must be a file URL|import\.meta|ERR_INVALID_ARG_VALUE/.test(message))
    return `${message}; ${BUNDLED}`;
  if (/native Koffi module/i.test(message))
    return `its binary for ${process.platform}-${process.arch} is missing: ${INSTALL}; ${BUNDLED}`;
  return /Cannot find (package|module)/.test(message) ? `${message}; ${INSTALL}` : message;
}

const INSTALL = 'install with optional dependencies (npm install --include=optional)';
const BUNDLED = 'exclude koffi from a bundle (esbuild: --external:koffi) and install it separately';

function isSupported(platform: string): platform is SupportedPlatform {
  return Object.hasOwn(adapters, platform);
}
