// The root of the container image → one file that `docker load` and `podman load` read without a registry: an OCI image layout
// (https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md) with the index of `docker save` beside it.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settle } from './archives.js';
import { writeContainerTree } from './container-tree.js';
import { CHECKOUT, EPOCH, PACKAGE, VERSION } from './facts.js';
import { platformOf } from './platforms.js';
import { run } from './tool.js';

/** The names of processors in images. */
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };
const TAR = ['--format=ustar', '--sort=name', '--owner=0', '--group=0', '--numeric-owner'];

/** Builds the image for this machine's processor, whose libraries it contains. @param {string} work @param {string} target */
export async function containerImage(work, target) {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) throw new Error(`release: no container image for ${process.arch}`);
  const platform = platformOf(`linux-${process.arch}`);
  const root = join(work, 'container');
  await writeContainerTree(root, platform);
  const layout = join(work, 'oci');
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const layer = await writeLayer(root, layout);
  writeIndex(layout, layer, architecture);
  settle(layout);
  const image = join(target, `tsntp-${VERSION}-${platform.name}.oci.tar`);
  await run(layout, 'tar', ...TAR, '-cf', image, 'blobs', 'index.json', 'manifest.json', 'oci-layout');
  for (const folder of [root, layout]) rmSync(folder, { recursive: true });
}

/** @typedef {{ readonly mediaType: string, readonly digest: string, readonly size: number }} Descriptor */

/** Packs the root as the only layer. @param {string} root @param {string} layout @returns {Promise<Descriptor & { readonly unpacked: string }>} */
async function writeLayer(root, layout) {
  settle(root);
  const tar = join(layout, 'layer.tar');
  await run(root, 'tar', ...TAR, '-cf', tar, '.');
  const unpacked = digestOf(readFileSync(tar));
  await run(layout, 'gzip', '-n', 'layer.tar');
  const packed = readFileSync(`${tar}.gz`);
  const digest = digestOf(packed);
  renameSync(`${tar}.gz`, join(layout, blob(digest)));
  return {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest,
    size: packed.length,
    unpacked,
  };
}

/** Writes what leads to the layer. @param {string} layout @param {Awaited<ReturnType<typeof writeLayer>>} layer @param {string} architecture */
function writeIndex(layout, { unpacked, ...layer }, architecture) {
  const config = writeBlob(layout, 'config', configuration(architecture, unpacked));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = writeBlob(layout, 'manifest', { schemaVersion: 2, mediaType, config, layers: [layer] });
  const annotations = {
    'io.containerd.image.name': `docker.io/library/tsntp:${VERSION}`,
    'org.opencontainers.image.ref.name': VERSION,
  };
  const described = { ...manifest, platform: { architecture, os: 'linux' }, annotations };
  write(layout, 'index.json', { schemaVersion: 2, manifests: [described] });
  write(layout, 'oci-layout', { imageLayoutVersion: '1.0.0' });
  const [Config, Layers] = [blob(config.digest), [blob(layer.digest)]];
  write(layout, 'manifest.json', [{ Config, RepoTags: [`tsntp:${VERSION}`], Layers }]);
}

/** @param {string} architecture @param {string} unpacked */
function configuration(architecture, unpacked) {
  const created = new Date(EPOCH * 1000).toISOString();
  const labels = { title: 'tsntp', version: VERSION, licenses: PACKAGE.license, url: PACKAGE.homepage };
  return {
    created,
    architecture,
    os: 'linux',
    config: {
      Entrypoint: instruction('ENTRYPOINT'),
      Cmd: instruction('CMD'),
      Volumes: Object.fromEntries(instruction('VOLUME').map(folder => [folder, {}])),
      Labels: Object.fromEntries(
        Object.entries(labels).map(([name, value]) => [`org.opencontainers.image.${name}`, value]),
      ),
    },
    rootfs: { type: 'layers', diff_ids: [unpacked] },
    history: [{ created, created_by: 'npm run release' }],
  };
}

/** The words of an instruction of the Containerfile. @param {string} name @returns {readonly string[]} */
function instruction(name) {
  const text = readFileSync(join(CHECKOUT, 'Containerfile'), 'utf8');
  const words = new RegExp(`^${name} (\\[.*\\])$`, 'm').exec(text)?.[1];
  if (words === undefined) throw new Error(`Containerfile has no ${name} ["…"]`);
  return JSON.parse(words);
}

/** @param {string} layout @param {'config' | 'manifest'} kind @param {object} content @returns {Descriptor} */
function writeBlob(layout, kind, content) {
  const text = JSON.stringify(content);
  const digest = digestOf(text);
  writeFileSync(join(layout, blob(digest)), text);
  return {
    mediaType: `application/vnd.oci.image.${kind}.v1+json`,
    digest,
    size: Buffer.byteLength(text),
  };
}

/** @param {string} layout @param {string} name @param {object} content */
function write(layout, name, content) {
  writeFileSync(join(layout, name), JSON.stringify(content));
}

/** The path of a blob in the layout. @param {string} digest */
function blob(digest) {
  return `blobs/${digest.replace(':', '/')}`;
}

/** @param {string | Buffer} content */
function digestOf(content) {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
