// Platform → Clock. koffi, which calls the C library, is imported only here and only when a clock is opened;
// without it, or on a platform without an adapter, the clock can still be read.

import type { Clock } from './clock.ts';
import { openDarwin } from './darwin.ts';
import type { Foreign } from './library.ts';
import { openLinux } from './linux.ts';
import { readOnly } from './read-only.ts';
import { openWindows } from './windows.ts';

/** Values of `process.platform` whose clock tsntp can set. */
export type SupportedPlatform = 'linux' | 'darwin' | 'win32';

const adapters = {
  linux: openLinux,
  darwin: openDarwin,
  win32: openWindows,
} satisfies Record<SupportedPlatform, (foreign: Foreign) => Clock>;

/** The clock of this machine; a read-only one, whose `step` says why, where it cannot be set. Never rejects. */
export async function openClock(
  platform: string = process.platform,
  importKoffi: () => Promise<Foreign> = () => import('koffi'),
): Promise<Clock> {
  if (!isSupported(platform))
    return readOnly(`tsntp can set the clock on ${Object.keys(adapters).join(', ')}, not on ${platform}`);
  try {
    return adapters[platform](await importKoffi());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return readOnly(`the system's clock functions cannot be called through koffi: ${reason.split('\n')[0]}`);
  }
}

function isSupported(platform: string): platform is SupportedPlatform {
  return Object.hasOwn(adapters, platform);
}
