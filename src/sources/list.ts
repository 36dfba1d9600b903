// What a list says: servers, each with what its own line and list ask for, and what the list demands of the whole run.

import type { Seconds } from '../ntp/time.ts';
import type { Server } from './server.ts';

/** A server as a list names it: with the files that it needs. */
export interface ListedServer extends Server {
  /** Where its list says that keys are. */
  readonly keyFile?: string;
  /** The authorities that its list names for it; the system's unless given. */
  readonly certificates?: CertificateFiles;
}

/** Authorities by name. */
export interface CertificateFiles {
  /** In PEM; also folders of them. */
  readonly files: readonly string[];
  /** Whether the system's authorities count, too. */
  readonly system: boolean;
  /** FILE:LINE that says so. */
  readonly from: string;
}

/** What a line demands of the whole run. */
export interface Demand<T> {
  readonly value: T;
  /** FILE:LINE. */
  readonly from: string;
  /** The line, shortened to what demands it. */
  readonly text: string;
}

/** What a list demands of the whole run. */
export interface Demands {
  /** Fewer servers than this are not believed. */
  readonly minServers?: Demand<number>;
  /** A server whose root distance is over this is not believed. */
  readonly maxDistance?: Demand<Seconds>;
  /** A server without a key or NTS is not believed. */
  readonly authentication?: Demand<true>;
}

export interface ServerList {
  readonly servers: readonly ListedServer[];
  readonly demands: Demands;
  /** What was left out and why, and what is done in another way, each with FILE:LINE. */
  readonly notes: readonly string[];
}
