// Which authorities to trust: those of a file, or those of this system. Node's own list of them
// would do without what the machine's administrator has added or taken away.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { NtsError } from './session.ts';

/** Where Debian, Red Hat, SUSE, Alpine, FreeBSD and macOS keep them. */
const SYSTEM_BUNDLES: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Authorities, read once for all exchanges of a run. */
export interface Trust {
  /** As PEM. */
  readonly roots: readonly string[];
  /** TLS 1.3 with these. */
  readonly context: SecureContext;
}

/** Trust in these authorities, given as PEM. One that another authority issued is as good as a root (RFC 5280 §6.1.1 d). */
export function trustIn(roots: readonly string[]): Trust {
  const terms = { minVersion: 'TLSv1.3', allowPartialTrustChain: true } as const;
  return { roots, context: createSecureContext({ ca: [...roots], ...terms }) };
}

/**
 * This system's authorities as PEM; Node's where the system has no file of them. Throws `NtsError` where it has one
 * that cannot be read.
 */
export function systemRoots(bundles: readonly string[] = SYSTEM_BUNDLES): readonly string[] {
  for (const bundle of bundles) {
    const text = readBundle(bundle);
    if (text?.includes('-----BEGIN CERTIFICATE-----')) return [text];
  }
  return rootCertificates;
}

/** Whether a text holds certificates, and only ones that can be read. */
export function holdsCertificates(pem: string): boolean {
  try {
    return certificatesIn(pem).length > 0;
  } catch {
    return false;
  }
}

/** The certificates of a text. Throws where one cannot be read. */
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
    const message = `cannot read the authorities that this system trusts (${path}: ${code}): see to it, or give others with --nts-ca FILE`;
    throw new NtsError('certificate-untrusted', message, { cause });
  }
}
