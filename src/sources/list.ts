// A server list: its servers, each with the options of its own line and of the list, and the list's requirements for
// the whole run.

import type { Seconds } from '../ntp/time.ts';
import type { Server } from './server.ts';

/** A server in a list and the files that it needs. */
export interface ListedServer extends Server {
  /** The key file that the list names. */
  readonly keyFile?: string;
  /** The authorities that the list names for this server; absent means the system's. */
  readonly certificates?: CertificateFiles;
}

/** Trusted authorities by file name. */
export interface CertificateFiles {
  /** PEM files, or directories of them. */
  readonly files: readonly string[];
  /** Whether the system's authorities are trusted as well. */
  readonly system: boolean;
  /** The FILE:LINE of the directive. */
  readonly from: string;
}

/** A requirement for the whole run and its origin. */
export interface Demand<T> {
  readonly value: T;
  /** FILE:LINE. */
  readonly from: string;
  /** The line, shortened to the part that states the requirement. */
  readonly text: string;
}

/** A list's requirements for the whole run. */
export interface Demands {
  /** Accept no result from fewer servers than this. */
  readonly minServers?: Demand<number>;
  /** Reject servers with a greater root distance than this, in seconds. */
  readonly maxDistance?: Demand<Seconds>;
  /** Reject servers without a key or NTS. */
  readonly authentication?: Demand<true>;
}

export interface ServerList {
  readonly servers: readonly ListedServer[];
  readonly demands: Demands;
  /** What was left out or is done differently, and why, each with FILE:LINE. */
  readonly notes: readonly string[];
}
