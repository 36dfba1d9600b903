// The directives about which servers to accept and trust → requirements, recorded in the configuration. A directive
// that cannot be obeyed is an error and never ignored.

import { resolve } from 'node:path';
import type { Configuration } from './configuration.ts';
import { HARMLESS_FROM, IRRELEVANT_TOS } from './directive-table.ts';
import { ListError } from './files.ts';
import type { Line } from './lines.ts';
import type { Demand } from './list.ts';
import { readRestriction } from './restrictions.ts';
import { escaped, ServerSyntaxError } from './server.ts';
import { closestWord } from './spelling.ts';

/** A directive and its position. */
export interface Directive {
  readonly line: Line;
  readonly words: readonly string[];
  /** The directory of its file, to which relative paths refer. */
  readonly directory: string;
}

type Obey = (directive: Directive, into: Configuration) => void;

/** How to obey each directive. Throws `ServerSyntaxError` and `ListError`. */
export const OBEYED: ReadonlyMap<string, Obey> = new Map(
  Object.entries<Obey>({
    minsources: ({ line, words }, into) => {
      into.demands.minServers = demand(
        line,
        numberIn(line, words[0], value => value >= 1),
      );
    },
    maxdistance: ({ line, words }, into) => {
      into.demands.maxDistance = demand(
        line,
        numberIn(line, words[0], value => value > 0),
      );
    },
    tos: ({ line, words }, into) => {
      for (let at = 0; at < words.length; at += 2)
        obeyTos(line, words[at]!.toLowerCase(), words[at + 1], into);
    },
    authselectmode: ({ line, words }, into) => {
      const [mode = ''] = words;
      if (!/^(require|prefer|mix|ignore)$/i.test(mode))
        throw new ServerSyntaxError(line.from, line.text, 'use require, prefer, mix or ignore');
      // The other modes allow what a run always does: if any server is authenticated, only authenticated ones are
      // accepted.
      if (/^require$/i.test(mode)) into.demands.authentication = demand(line, true);
      else delete into.demands.authentication;
    },
    keyfile: obeyKeys,
    keys: obeyKeys,
    trustedkey: ({ line, words }, into) => {
      const ranges = [...words.join(' ').matchAll(/(\d+)(?:\s*\.\.\.\s*(\d+))?/g)].map(
        ([, first, last = first]) => [Number(first), Number(last)] as const,
      );
      into.trustedKeys = demand(line, [...(into.trustedKeys?.value ?? []), ...ranges]);
    },
    nosystemcert: ({ line }, into) => {
      into.noSystemCertificates = line;
    },
    ntstrustedcerts: ({ line, words, directory }, into) => {
      const numbered = words.length > 1 && /^\d+$/.test(words[0]!);
      const path = pathIn(line, words[numbered ? 1 : 0], directory);
      const set = numbered ? Number(words[0]) : 0;
      into.certificates.set(set, [...(into.certificates.get(set) ?? []), path]);
    },
    ntsaeads: ({ line, words }) => {
      // AEAD_AES_SIV_CMAC_256 (RFC 8915 §5.1).
      if (!words.includes('15')) throw new ListError(line.from, refusal(line.text, 'NTS uses AEAD 15'));
    },
    nts: obeyNts,
    restrict: obeyRestrict,
    unpeer: obeyUnpeer,
    unconfig: obeyUnpeer,
  }),
);

/** The message for a directive that cannot be obeyed, and what to do. */
export function refusal(text: string, why: string): string {
  return `"${escaped(text)}" cannot be obeyed (${why}): remove the line, or use a list without it with -f FILE`;
}

/** Throws `ListError` for a limit that a run cannot enforce; `name` is the limit's name. */
export function refuseLimit(line: Line, name: string, value: string | undefined): void {
  const harmless = HARMLESS_FROM.get(name)!;
  if (!harmless(numberIn(line, value, () => true)))
    throw new ListError(line.from, refusal(line.text, `tsntp has no such limit`));
}

function obeyTos(line: Line, name: string, value: string | undefined, into: Configuration): void {
  if (name === 'minsane')
    into.demands.minServers = demand(
      line,
      numberIn(line, value, one => one >= 0),
    );
  else if (name === 'maxdist')
    into.demands.maxDistance = demand(
      line,
      numberIn(line, value, one => one > 0),
    );
  else if (name === 'maxclock') into.maxClock = numberIn(line, value, one => one >= 1);
  else if (HARMLESS_FROM.has(`tos ${name}`)) refuseLimit(line, `tos ${name}`, value);
  else if (!IRRELEVANT_TOS.has(name)) {
    const meant = closestWord(name, ['minsane', 'maxdist', 'maxclock', ...IRRELEVANT_TOS]);
    const hint = meant === undefined ? 'use minsane, maxdist or maxclock' : `did you mean ${meant}?`;
    throw new ServerSyntaxError(line.from, line.text, `tos has no "${escaped(name)}"; ${hint}`);
  }
}

function obeyKeys({ line, words, directory }: Directive, into: Configuration): void {
  into.keyFile = pathIn(line, words[0], directory);
}

/** NTPsec's `nts`: `ca` applies to clients. Other words concern servers or are fixed by TLS 1.3. */
function obeyNts({ line, words, directory }: Directive, into: Configuration): void {
  const flags = ['enable', 'disable', 'tlscipherserverpreference'];
  const valued = 'aead ca cert cookie key maxtls mintls pool port tlsciphersuites tlsecdhcurves'.split(' ');
  for (let at = 0; at < words.length; at++) {
    const name = words[at]!.toLowerCase();
    if (flags.includes(name)) continue;
    if (!valued.includes(name)) {
      const problem = `nts has no "${escaped(words[at]!)}"; set the authority with "nts ca FILE"`;
      throw new ServerSyntaxError(line.from, line.text, problem);
    }
    at += 1;
    if (name === 'ca') into.authority = demand(line, pathIn(line, words[at], directory));
  }
}

/** ntpd accepts no time from a host that it does not serve. A host with `notrust` must be authenticated. */
function obeyRestrict({ line, words }: Directive, into: Configuration): void {
  const restriction = readRestriction(line, words);
  const { host, flags } = restriction;
  into.restrictions.push(restriction);
  if ((host === 'default' || host === 'source') && flags.includes('notrust'))
    into.demands.authentication = demand(line, true);
}

function obeyUnpeer({ words }: Directive, into: Configuration): void {
  const [host] = words.filter(word => !/^-[46]$/.test(word));
  for (const one of into.servers.filter(({ server }) => server.host === host))
    into.servers.splice(into.servers.indexOf(one), 1);
}

function demand<T>({ from, text }: Line, value: T): Demand<T> {
  return { value, from, text };
}

function numberIn(line: Line, text: string | undefined, fits: (value: number) => boolean): number {
  const value = /^\d+\.?\d*$|^\.\d+$/.test(text ?? '') ? Number(text) : NaN;
  if (fits(value) && !Number.isNaN(value)) return value;
  throw new ServerSyntaxError(line.from, line.text, 'a number above 0 must follow');
}

function pathIn(line: Line, text: string | undefined, directory: string): string {
  if (text !== undefined && text !== '') return resolve(directory, text);
  throw new ServerSyntaxError(line.from, line.text, 'the path of a file must follow');
}
