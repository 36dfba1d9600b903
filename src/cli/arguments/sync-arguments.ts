// A command's validated arguments → the options of the pipeline.

import { given } from '../../options/given.ts';
import type { Arguments } from '../../options/parsed.ts';
import { defaults, type SyncOptions } from '../../sync.ts';

/** The options of the pipeline, except `servers`, which come from chosen-servers.ts. */
export function syncOptionsOf(args: Arguments<'sync'>): Omit<SyncOptions, 'servers'> {
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
      drift: args.drift,
      allowTick: args.allowTick,
      forceFrequency: args.forceFrequency,
      every: args.repeat,
    }),
  };
}
