// The lock file, the pinned Node binaries and the libraries of the image → a CycloneDX bill of materials (https://cyclonedx.org/docs/1.5/json/). Not by
// `npm sbom`, which with `--omit=dev` leaves out packages that a tool of the checkout uses too, and without it fails at the
// checkout's local package.

import { createHash } from 'node:crypto';
import { IMAGE } from './container.js';
import { EPOCH, LOCKED, PACKAGE, VERSION } from './facts.js';
import { packagePaths } from './licenses.js';
import { PLATFORMS } from './platforms.js';
import { systemPackages } from './system-libraries.js';

/**
 * The bill as JSON: the packages of the command, koffi's binaries that are shipped, the Node of each platform, and the
 * packages of the system that the container image has libraries of.
 */
export async function billOfMaterials() {
  const binaries = new Set(PLATFORMS.map(({ koffi }) => `node_modules/@koromix/koffi-${koffi}`));
  const packages = [...packagePaths(), ...binaries].map(path => ({
    name: path.replace(/^.*node_modules\//, ''),
    ...LOCKED[path],
  }));
  const nodes = PLATFORMS.flatMap(({ node }) => (node === undefined ? [] : [{ ...node, license: 'MIT' }]));
  const components = [
    ...packages.map(one => component('library', one)),
    ...nodes.map(one => component('platform', one)),
    ...(await systemPackages()).map(libraryOfImage),
  ];
  const unique = new Map(components.map(one => [one['bom-ref'], one]));
  return text([...unique.values()]);
}

/** @param {string} type @param {{ name: string, version: string, integrity: string, license: string }} part */
function component(type, { name, version, integrity, license }) {
  const content = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
  const reference = `${name}@${version}`;
  return {
    'bom-ref': reference,
    type,
    name,
    version,
    // The @ of a scope is written %40 (package-url).
    purl: `pkg:npm/${reference.replace(/^@/, '%40')}`,
    hashes: [{ alg: 'SHA-512', content }],
    licenses: [{ license: { id: license } }],
  };
}

/** A package of the system, with its files in the image. @param {import('./system-libraries.js').SystemPackage} one */
function libraryOfImage({ name, version, purl, license, files }) {
  const components = Object.entries(files).map(([path, content]) => ({
    type: 'file',
    name: path,
    hashes: [{ alg: 'SHA-256', content }],
  }));
  const properties = [{ name: 'tsntp:contained-in', value: IMAGE }];
  const licenses = [{ expression: license }];
  return { 'bom-ref': purl, type: 'library', name, version, purl, licenses, properties, components };
}

/** @param {readonly object[]} components */
function text(components) {
  const product = { 'bom-ref': `tsntp@${VERSION}`, type: 'application', name: 'tsntp', version: VERSION };
  const licenses = [{ license: { id: PACKAGE.license } }];
  return `${JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      serialNumber: `urn:uuid:${uuidOf(JSON.stringify(components))}`,
      version: 1,
      metadata: { timestamp: new Date(EPOCH * 1000).toISOString(), component: { ...product, licenses } },
      components,
    },
    null,
    2,
  )}\n`;
}

/** A UUID made from the content (version 8, RFC 9562 §5.8). @param {string} content */
function uuidOf(content) {
  const digest = createHash('sha256').update(content).digest('hex');
  const at = (from, length) => digest.slice(from, from + length);
  return `${at(0, 8)}-${at(8, 4)}-8${at(12, 3)}-8${at(15, 3)}-${at(18, 12)}`;
}
