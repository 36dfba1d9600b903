// Certificates for tests, made by the openssl command: an authority, one below it, and servers of every sort,
// good and bad. Node can read certificates, but not make them.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate, what stands between it and its authority, and its key, as files and as PEM. */
export interface Identity {
  /** The certificate, followed by those in between. */
  readonly certificate: string;
  readonly key: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface IdentityOptions {
  /** `DNS:time.example`, `IP:127.0.0.1`. */
  readonly names?: readonly string[];
  /** From and until, as 20200101000000Z. */
  readonly valid?: readonly [from: string, until: string];
  /** What it is for: serverAuth unless given. */
  readonly usage?: string;
  /** Whether it may sign others. */
  readonly authority?: boolean;
  /** Its key: `rsa:2048`, `ed25519` or a curve; P-256 unless given. */
  readonly keyType?: string;
  /** What it is signed with: sha256 unless given. */
  readonly digest?: string;
  /** What it says of itself, in place of what is usual; in the words of openssl's x509v3_config. */
  readonly extensions?: readonly string[];
}

export interface Authority {
  readonly certificate: string;
  readonly certificateFile: string;
  /** Issues a certificate; with no name, its alternative names are all that it has. */
  issue(name: string, options?: IdentityOptions): Identity & Authority;
}

export interface Forge {
  /** An authority that signs itself. */
  authority(name: string, valid?: readonly [from: string, until: string], more?: IdentityOptions): Authority;
  /** A server that signs itself. */
  selfSigned(name: string, options?: IdentityOptions): Identity;
  remove(): void;
}

const VALID = ['20200101000000Z', '20991231235959Z'] as const;
const LOOPBACK = ['DNS:localhost', 'IP:127.0.0.1', 'IP:0:0:0:0:0:0:0:1'];

/** A folder to make certificates in. */
export function forge(): Forge {
  const folder = mkdtempSync(join(tmpdir(), 'tsntp-certificates-'));
  let serial = 0;
  const slowKeys = new Map<string, Buffer>();

  /** A new key; of RSA, which takes its time, one for each name. */
  const keyOf = (name: string, type: string): Buffer => {
    const key =
      slowKeys.get(`${name} ${type}`) ??
      execFileSync('openssl', ['genpkey', ...keyOptions(type)], { stdio: 'pipe' });
    if (type.startsWith('rsa:')) slowKeys.set(`${name} ${type}`, key);
    return key;
  };

  const make = (
    name: string,
    signer: { readonly certificateFile: string; readonly keyFile: string } | undefined,
    chain: string,
    options: IdentityOptions,
  ): Identity & Authority => {
    const number = ++serial;
    const file = (ending: string) => join(folder, `${number}.${ending}`);
    const [from, until] = options.valid ?? VALID;
    const usual = [
      `basicConstraints=critical,CA:${options.authority ? 'TRUE' : 'FALSE'}`,
      ...(options.authority
        ? ['keyUsage=critical,keyCertSign,cRLSign']
        : [`extendedKeyUsage=${options.usage ?? 'serverAuth'}`]),
    ];
    const extensions = [
      ...(options.extensions ?? usual),
      // Neither key identifiers nor, in a server's, the usage of its key: with them OpenSSL finds out by names alone
      // what the signature and the constraints must tell.
      'subjectKeyIdentifier=none',
      'authorityKeyIdentifier=none',
      ...(options.names?.length ? [`subjectAltName=${options.names.join(',')}`] : []),
    ];
    writeFileSync(file('ext'), `${extensions.join('\n')}\n`);
    // `openssl ca` is the one command that takes both dates.
    writeFileSync(
      file('conf'),
      `[ca]\ndefault_ca=d\n[d]\ndatabase=${file('db')}\nserial=${file('serial')}\nnew_certs_dir=${folder}\ndefault_md=${options.digest ?? 'sha256'}\npolicy=p\nunique_subject=no\n[p]\ncommonName=optional\n`,
    );
    writeFileSync(file('db'), '');
    writeFileSync(file('serial'), `${(0x1000 + number).toString(16)}\n`);
    const run = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
    writeFileSync(file('key'), keyOf(name, options.keyType ?? 'P-256'));
    run('req', '-new', '-key', file('key'), '-subj', name === '' ? '/' : `/CN=${name}`, '-out', file('csr'));
    const by = signer
      ? ['-cert', signer.certificateFile, '-keyfile', signer.keyFile]
      : ['-selfsign', '-keyfile', file('key')];
    run(
      ...['ca', '-batch', '-notext', '-config', file('conf'), ...by, '-in', file('csr'), '-out', file('crt')],
      ...['-startdate', from, '-enddate', until, '-extfile', file('ext')],
    );
    const own = readFileSync(file('crt'), 'utf8');
    const certificate = `${own}${chain}`;
    writeFileSync(file('chain'), certificate);
    // What signs is the certificate alone; what is served brings those in between along.
    return {
      certificate,
      key: readFileSync(file('key'), 'utf8'),
      certificateFile: file('chain'),
      keyFile: file('key'),
      issue: (below, more = {}) =>
        make(below, { certificateFile: file('crt'), keyFile: file('key') }, signer ? certificate : '', {
          ...(!more.authority && { names: LOOPBACK }),
          ...more,
        }),
    };
  };
  return {
    authority: (name, valid = VALID, more = {}) =>
      make(name, undefined, '', { authority: true, valid, ...more }),
    selfSigned: (name, options = {}) => make(name, undefined, '', { names: LOOPBACK, ...options }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function keyOptions(type: string): readonly string[] {
  const [algorithm = '', bits] = type.split(':');
  if (bits !== undefined) return ['-algorithm', algorithm, '-pkeyopt', `rsa_keygen_bits:${bits}`];
  return algorithm === 'ed25519'
    ? ['-algorithm', algorithm]
    : ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${algorithm}`];
}
