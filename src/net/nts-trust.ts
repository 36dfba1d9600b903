// Whom to trust with a certificate: the authorities of a file, or those of this system. Node's own list of them
// would do without what the machine's administrator has added or taken away.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** Where Debian, Red Hat, SUSE, Alpine, FreeBSD and macOS keep them. */
const SYSTEM_BUNDLES: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** This system's authorities as PEM; Node's where the system has no file of them. */
export function systemRoots(bundles: readonly string[] = SYSTEM_BUNDLES): readonly string[] {
  for (const bundle of bundles) {
    try {
      const text = readFileSync(bundle, 'utf8');
      if (text.includes('-----BEGIN CERTIFICATE-----')) return [text];
    } catch {
      // The next one.
    }
  }
  return rootCertificates;
}

/** Whether a text holds certificates, and only ones that can be read. */
export function holdsCertificates(pem: string): boolean {
  const found = pem.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  try {
    return found.map(text => new X509Certificate(text)).length > 0;
  } catch {
    return false;
  }
}
