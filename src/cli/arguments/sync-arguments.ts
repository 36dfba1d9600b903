// A command's arguments, checked → the options of the run.

import { given } from '../../options/given.ts';
import { defaults, type SyncOptions } from '../../sync.ts';
import type { AuthenticationArguments } from './credentials.ts';

export type Format = 'auto' | 'table' | 'classic' | 'json';
/** What `--format` takes. */
export const FORMATS: readonly Format[] = ['auto', 'table', 'classic', 'json'];

/** What `query` and `sync` share, after the validators; undefined where nothing was said. */
export interface MeasuringArguments extends AuthenticationArguments {
  /** Those of the command line. */
  readonly server?: readonly string[] | undefined;
  /** What follows `--`: servers, too. */
  readonly '--'?: readonly string[];
  /** Those of TSNTP_SERVERS. */
  readonly servers?: string | undefined;
  readonly samples?: number | undefined;
  readonly timeout?: number | undefined;
  readonly interval?: number | 'auto' | undefined;
  readonly deadline?: number | undefined;
  readonly minServers?: number | undefined;
  readonly maxDistance?: number | undefined;
  readonly maxOffset?: number | undefined;
  readonly ipv4?: boolean | undefined;
  readonly ipv6?: boolean | undefined;
  readonly source?: string | undefined;
  readonly file?: readonly string[] | undefined;
  readonly pool?: readonly string[] | undefined;
  readonly allowAnyOffset?: boolean | undefined;
  readonly state?: string | undefined;
  readonly format?: Format | undefined;
  readonly syslog?: boolean | undefined;
  readonly debug?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose: number;
  readonly color?: boolean | undefined;
}

/** What only `sync` takes. */
export interface SettingArguments {
  readonly query?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly step?: boolean | undefined;
  readonly slew?: boolean | undefined;
  readonly stepThreshold?: number | undefined;
  readonly force?: boolean | undefined;
  readonly rtc?: boolean | undefined;
  readonly wait?: boolean | undefined;
}

/** The pipeline's options out of the command line's; `servers` come from servers.ts. */
export function syncOptionsOf(args: MeasuringArguments & SettingArguments): Omit<SyncOptions, 'servers'> {
  return {
    ...defaults,
    ...given({
      samples: args.samples,
      timeout: args.timeout,
      interval: args.interval,
      deadline: args.deadline,
      minServers: args.minServers,
      maxDistance: args.maxDistance,
      version: args.ntpVersion,
      family: args.ipv4 ? 4 : args.ipv6 ? 6 : undefined,
      source: args.source,
      allowAnyOffset: args.allowAnyOffset,
      method: args.step ? 'step' : args.slew ? 'slew' : undefined,
      stepThreshold: args.stepThreshold,
      maxOffset: args.maxOffset,
      force: args.force,
      rtc: args.rtc,
      wait: args.wait,
    }),
  };
}
