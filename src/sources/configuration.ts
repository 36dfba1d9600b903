// The state of reading a configuration of ntpd or chronyd → a server list. The keys, certificates, and limits of a
// server are known only at the end, because a line also applies to those before it.

import { type Files, ListError } from './files.ts';
import type { Line } from './lines.ts';
import type { CertificateFiles, Demand, Demands, ListedServer, ServerList } from './list.ts';
import { denialOf, type Restriction } from './restrictions.ts';
import { escaped } from './server.ts';
import type { ServerLine } from './server-line.ts';

/** Everything read so far. */
export interface Configuration {
  readonly files: Files;
  readonly servers: (ServerLine & { readonly line: Line })[];
  readonly notes: string[];
  readonly demands: { -readonly [K in keyof Demands]: Demands[K] };
  keyFile?: string;
  /** ntpd's `trustedkey`: the only keys that may authenticate. */
  trustedKeys?: Demand<readonly (readonly [first: number, last: number])[]>;
  /** chrony's certificate sets, by number. */
  readonly certificates: Map<number, string[]>;
  /** chrony's `nosystemcert`. */
  noSystemCertificates?: Line;
  /** NTPsec's `nts ca`. */
  authority?: Demand<string>;
  /** ntpd's `tos maxclock`. */
  maxClock?: number;
  /** ntpd's `restrict` lines. */
  readonly restrictions: Restriction[];
  /** chrony's `sourcedir`, read after everything else. */
  readonly sourceDirectories: { readonly directories: readonly string[]; readonly line: Line }[];
}

/** A configuration without any lines read. */
export function emptyConfiguration(files: Files): Configuration {
  return {
    files,
    servers: [],
    notes: [],
    demands: {},
    certificates: new Map(),
    restrictions: [],
    sourceDirectories: [],
  };
}

/** The number of addresses used per pool, unless its line or `tos maxclock` sets fewer. */
const SOURCES_PER_POOL = 4;

/** Builds the list from a configuration. Throws `ListError` if its lines contradict each other. */
export function listOf(configuration: Configuration): ServerList {
  const { servers, demands, notes, keyFile } = configuration;
  const most = poolSourcesOf(configuration);
  const listed = servers.map((one): ListedServer => {
    const { pool, maxSources = SOURCES_PER_POOL } = one.server;
    checkKey(one, configuration);
    notes.push(...checkAdmission(one, configuration));
    const certificates = certificatesOf(one, configuration);
    return {
      ...one.server,
      ...(pool && most < maxSources && { maxSources: most }),
      ...(keyFile !== undefined && { keyFile }),
      ...(certificates && { certificates }),
    };
  });
  return { servers: listed, demands, notes: [...notes, ...servers.flatMap(one => one.notes)] };
}

/** The sources per pool that ntpd's `tos maxclock` leaves room for. */
function poolSourcesOf({ servers, maxClock }: Configuration): number {
  const pools = servers.filter(({ server }) => server.pool).length;
  if (maxClock === undefined || pools === 0) return Infinity;
  return Math.max(1, Math.floor((maxClock - (servers.length - pools)) / pools));
}

/** ntpd accepts no key that is missing from `trustedkey`. */
function checkKey({ server, line }: Configuration['servers'][number], { trustedKeys }: Configuration): void {
  const { key, nts } = server;
  const trusted = trustedKeys?.value.some(([first, last]) => key! >= first && key! <= last) ?? true;
  if (key !== undefined && !nts && !trusted) {
    const problem = `key ${key} is not among those of "${escaped(trustedKeys!.text)}" (${escaped(trustedKeys!.from)}): add it there`;
    throw new ListError(line.from, problem);
  }
}

/**
 * ntpd drops the replies of servers that `restrict` denies. Returns a note if that depends on the server's addresses.
 */
function checkAdmission(
  { server, line }: Configuration['servers'][number],
  { restrictions }: Configuration,
): readonly string[] {
  const authenticated = server.key !== undefined || server.nts === true;
  const denial = denialOf(server, authenticated, restrictions);
  if (!denial) return [];
  const { from, text } = denial.line;
  const host = escaped(server.host);
  if (!denial.certain) {
    const which = `"${escaped(text)}" may keep out addresses of ${host} (${escaped(line.from)})`;
    return [`${escaped(from)}: ${which}: they are queried anyway`];
  }
  const own = `"restrict ${host} nomodify"`;
  const problem = `"${escaped(text)}" denies ${host} of ${escaped(line.from)}: remove one of the two, or allow the server with ${own}`;
  throw new ListError(from, problem);
}

/** The authorities trusted for a server; undefined for the system's only. */
function certificatesOf(
  { authority, certificateSet = 0, line }: Configuration['servers'][number],
  configuration: Configuration,
): CertificateFiles | undefined {
  const { certificates, noSystemCertificates, authority: general } = configuration;
  if (authority !== undefined) return { files: [authority], system: false, from: line.from };
  if (certificateSet === 0 && general) return { files: [general.value], system: false, from: general.from };
  const files = certificates.get(certificateSet) ?? [];
  const system = certificateSet === 0 && noSystemCertificates === undefined;
  if (files.length === 0 && system) return undefined;
  return { files, system, from: (certificateSet === 0 && noSystemCertificates?.from) || line.from };
}
