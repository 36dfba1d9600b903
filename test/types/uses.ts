// What a program writes against the library's declarations: all of it must compile, under every compiler and surroundings of
// declarations.test.ts. It needs no type of Node or of the DOM.

import {
  type Channel,
  ClockError,
  check,
  explain,
  type FleetOptions,
  type FleetOutcome,
  KeyFileError,
  measureOffset,
  NtsError,
  type Options,
  type QueryOutcome,
  query,
  type Report,
  ResolveError,
  readKeys,
  report,
  type ServerSpec,
  ServerSyntaxError,
  type Servers,
  type SyncOutcome,
  sync,
  type Targets,
  type Transport,
  TransportError,
} from 'tsntp';

declare const signal: AbortSignal;

const named: Servers[] = [
  'pool.ntp.org',
  { host: '192.0.2.1' },
  ['192.0.2.1:123', { host: '192.0.2.2', port: 123, key: 7, nts: false, from: undefined }],
];
const readOnly: readonly string[] = ['192.0.2.1'];
const spec: ServerSpec = { host: '192.0.2.1', nts: true, ntsPort: 4460, authorities: { ca: 'PEM' } };

const options: Options = {
  samples: undefined,
  deadline: Number.POSITIVE_INFINITY,
  interval: 'auto',
  nts: true,
  ntsTrust: { ca: 'PEM', system: true, ignoreDates: true },
  keys: 'ntp.keys',
  dryRun: true,
  signal,
  onEvent: event => {
    if (event.kind === 'receive') event.address.port satisfies number;
  },
};

const queried: QueryOutcome = await query(named[0]!, options);
const synced: SyncOutcome = await sync([spec, ...readOnly], {
  keys: readKeys('7 MD5 x', 'ntp.keys', new Set([7])),
});
const { offset, errorBound } = await measureOffset(spec);
export const bound: number = Math.abs(offset) + errorBound;

export function endOfQuery(outcome: QueryOutcome): string {
  switch (outcome.kind) {
    case 'queried':
      return outcome.estimate.offset.toFixed(6);
    case 'refused':
      return `${outcome.decision.limit} ${outcome.decision.by}`;
    case 'no-suitable-server':
      return outcome.reason.kind;
    case 'interrupted':
      return outcome.servers.map(server => explain(server, outcome)).join();
    default:
      return outcome satisfies never;
  }
}

export function endOfSync(outcome: SyncOutcome): string {
  switch (outcome.kind) {
    case 'unchanged':
      return outcome.rtc ?? '';
    case 'adjusted':
      return `${outcome.decision.offset} ${outcome.slew?.remaining()}`;
    case 'would-adjust':
      return outcome.decision.kind;
    case 'refused':
      return outcome.decision.by;
    case 'busy':
      return outcome.competitors.map(({ kind }) => kind).join();
    case 'clock-error':
      return outcome.error.kind;
    case 'no-suitable-server':
    case 'interrupted':
      return explain(outcome);
    default:
      return outcome satisfies never;
  }
}

const object: Report = report(queried);
export const texts: readonly string[] = [JSON.stringify(object), object.result, report(synced).message];

export function isOurs(error: unknown): string | undefined {
  if (error instanceof ClockError || error instanceof NtsError) return error.kind;
  if (error instanceof ResolveError || error instanceof TransportError) return error.kind;
  if (error instanceof ServerSyntaxError || error instanceof KeyFileError) return error.message;
  return undefined;
}

const channel: Channel = { send: () => ({ time: 0n as never, monotonic: 0n as never }), close() {} };
export const transport: Transport = { connect: async () => channel };

const fleet: Targets[] = [
  '10.0.0.5',
  { host: '10.0.0.5', label: 'gate 3' },
  ['10.0.0.5:1123', { host: 'a.example', port: 123 }],
];
const fleetOptions: FleetOptions = {
  reference: ['192.0.2.1', { host: '192.0.2.2' }],
  warn: 0.5,
  critical: '-1:60',
  failOn: 'uncertain',
  via: ['ntp', 'ssh'],
  signal,
  onTarget: ({ target, verdict, reading }) => `${target.host} ${verdict} ${reading?.offset.toFixed(3)}`,
};
const checked: FleetOutcome = await check(fleet[0]!, fleetOptions);

export function endOfCheck(outcome: FleetOutcome): string {
  switch (outcome.kind) {
    case 'all-right':
    case 'some-off':
    case 'some-unknown':
    case 'interrupted':
      return `${outcome.targets.length} ${outcome.counts.right ?? 0} ${outcome.reference.kind}`;
    case 'no-reference':
      return outcome.reason;
    default:
      return outcome satisfies never;
  }
}

export const ended: string = endOfCheck(checked);
