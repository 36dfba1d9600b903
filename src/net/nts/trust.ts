// Loads the trusted authorities, from a file or from this system. Node's built-in list would ignore what the
// administrator added or removed. Windows fetches most public authorities only when its own TLS first meets them, so that
// there the machine's store adds to Node's list.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls, { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { NtsError } from './session.ts';

/** Bundle locations on Debian, Red Hat, SUSE, Alpine, FreeBSD, and macOS. */
const SYSTEM_BUNDLES: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Node's list of what the machine trusts (Node 22.15 and later). */
type MachineStore = (kind: 'system') => readonly string[];

/** Trusted authorities, read once for all exchanges of a run. */
export interface Trust {
  /** The certificates as PEM. */
  readonly roots: readonly string[];
  /** A TLS 1.3 context that trusts them. */
  readonly context: SecureContext;
}

/**
 * Trusts these PEM certificates. A certificate issued by another authority serves as well as a root (RFC 5280 §6.1.1
 * d).
 */
export function trustIn(roots: readonly string[]): Trust {
  const terms = { minVersion: 'TLSv1.3', allowPartialTrustChain: true } as const;
  return { roots, context: createSecureContext({ ca: [...roots], ...terms }) };
}

/**
 * Returns this system's authorities as PEM: of macOS what `store` reads, of Windows this and Node's own list, of others a
 * bundle; Node's own list if there is neither. Throws `NtsError` if a bundle exists but cannot be read.
 */
export function systemRoots(
  bundles: readonly string[] = SYSTEM_BUNDLES,
  store: MachineStore | undefined = machineStore(),
  platform: string = process.platform,
): readonly string[] {
  const stored = store?.('system') ?? [];
  if (platform === 'win32') return withoutCopies([...stored, ...rootCertificates]);
  if (stored.length > 0) return stored;
  for (const bundle of bundles) {
    const text = readBundle(bundle);
    if (text?.includes('-----BEGIN CERTIFICATE-----')) return [text];
  }
  return rootCertificates;
}

/** Elsewhere this function of Node reads a bundle as well, but not every system's. */
function machineStore(): MachineStore | undefined {
  if (process.platform !== 'win32' && process.platform !== 'darwin') return undefined;
  return (tls as { readonly getCACertificates?: MachineStore }).getCACertificates;
}

/** Each certificate once, whatever ends its text. */
function withoutCopies(roots: readonly string[]): readonly string[] {
  return [...new Map(roots.map(pem => [pem.trim(), pem])).values()];
}

/** Whether a text contains certificates, all of them readable. */
export function holdsCertificates(pem: string): boolean {
  try {
    return certificatesIn(pem).length > 0;
  } catch {
    return false;
  }
}

/** Parses the certificates of a text. Throws if one is unreadable. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  return found.map(text => new X509Certificate(text));
}

function readBundle(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const message = `cannot read the authorities that this system trusts (${path}: ${code}); make it readable, or pass other authorities with --nts-ca FILE`;
    throw new NtsError('certificate-untrusted', message, { cause });
  }
}
