// kubernetes/tsntp.yaml: valid by the types that are made from the API of Kubernetes, and a command line that tsntp takes. What is
// wrong in it must be found: the API server ignores or refuses it only in a cluster.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { DaemonSet } from 'kubernetes-types/apps/v1.js';
import type { ConfigMap, Container } from 'kubernetes-types/core/v1.js';
import { expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readArgv } from '../src/cli/arguments/argv.ts';
import { readFlags } from '../src/cli/arguments/flags.ts';
import { scratch, tsntp } from './support/command.ts';

const TEXT = readFileSync('kubernetes/tsntp.yaml', 'utf8');
/** Where the types of each kind are. */
const MODULES: Readonly<Record<string, string>> = {
  Namespace: 'core/v1.js',
  ConfigMap: 'core/v1.js',
  DaemonSet: 'apps/v1.js',
};

function documentsIn(text: string): readonly { readonly kind: string }[] {
  return parseAllDocuments(text).map(document => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

const [, CONFIG, SET] = documentsIn(TEXT) as [unknown, ConfigMap, DaemonSet];
const POD = SET.spec!.template.spec!;
const CONTAINER: Container = POD.containers[0]!;

/** What the compiler says of the manifest as a program: an unknown field in a literal is an error. */
function mistakesIn(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tsntp-kubernetes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = documentsIn(text).map(
    (document, i) =>
      `import type { ${document.kind} as Kind${i} } from ${JSON.stringify(resolve('node_modules/kubernetes-types', MODULES[document.kind]!))};
      export const document${i}: Kind${i} = ${JSON.stringify(document)};`,
  );
  const file = join(folder, 'manifest.ts');
  writeFileSync(file, program.join('\n'));
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--skipLibCheck',
    '--types',
    '',
  ];
  try {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', ...options, file], {
      encoding: 'utf8',
    });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

test('every field is one of the API, with a value of its type', () => {
  expect(mistakesIn(TEXT)).toBe('');
});

test.each([
  ['a misspelled field', 'readOnlyRootFilesystem', 'readOnlyRootFileSystem', /readOnlyRootFileSystem/],
  ['a field in the wrong place', 'enableServiceLinks: false', 'readOnlyRootFilesystem: true', /readOnlyRoot/],
  ['a value of the wrong type', 'hostPID: true', 'hostPID: "yes"', /hostPID|'string' is not assignable/],
  ['a missing field', 'mountPath: /metrics', 'readOnly: false', /mountPath/],
])('%s is found', (_, before, after, found) => {
  expect(TEXT).toContain(before);
  expect(mistakesIn(TEXT.replace(before, after))).toMatch(found);
});

test('each volume that is mounted is there, and the list is that of the ConfigMap', () => {
  const volumes = POD.volumes!.map(({ name }) => name);
  expect(CONTAINER.volumeMounts!.map(({ name }) => name).sort()).toEqual([...volumes].sort());
  const mounted = CONTAINER.volumeMounts!.find(({ name }) => name === 'servers')!;
  expect(mounted.subPath).toBeUndefined();
  const list = `${mounted.mountPath}/${Object.keys(CONFIG.data!)[0]}`;
  expect(CONTAINER.args).toContain(`--file=${list}`);
  expect(SET.spec!.selector.matchLabels).toEqual(SET.spec!.template.metadata!.labels);
});

test('the arguments are those of a loop, the image is of this version, and the probe starts what the image starts', () => {
  const line = readArgv(CONTAINER.args!);
  expect([line.command, line.words]).toEqual(['sync', []]);
  const flags = readFlags('sync', line);
  expect(flags.get('repeat')?.value).toBe(3600);
  expect(flags.get('jitter')?.value).toBe(300);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(CONTAINER.image).toBe(`tsntp:${version}`);
  const entry = /^ENTRYPOINT (.*)$/m.exec(readFileSync('Containerfile', 'utf8'))![1]!;
  expect(CONTAINER.readinessProbe!.exec!.command).toEqual([...JSON.parse(entry), 'status']);
});

test('nothing is allowed but to set the clock', () => {
  expect(CONTAINER.securityContext).toEqual({
    runAsUser: 0,
    runAsGroup: 0,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'], add: ['SYS_TIME'] },
  });
  expect(POD.hostNetwork).toBeUndefined();
});

test('the list is read as the ConfigMap is mounted, beside the variables of a service named tsntp', async () => {
  const folder = scratch();
  // As the kubelet mounts it: the name is a link into a folder that is a link, which a change replaces.
  mkdirSync(join(folder, '..2026_11_26'));
  writeFileSync(join(folder, '..2026_11_26/servers'), CONFIG.data!.servers!);
  symlinkSync('..2026_11_26', join(folder, '..data'));
  symlinkSync('..data/servers', join(folder, 'servers'));
  const env = { TSNTP_PORT: 'tcp://10.0.0.1:123', TSNTP_SERVICE_HOST: '10.0.0.1', TSNTP_PORT_123_UDP: 'x' };
  const args = ['query', '--json', '--deadline', '0.2', '-f', join(folder, 'servers')];
  const { stdout, stderr } = await tsntp(args, { env });
  const names = JSON.parse(stdout).servers.map(({ name }: { name: string }) => name);
  expect(names).toEqual(['ntp1.example', 'ntp2.example', 'ntp3.example', 'ntp4.example']);
  expect(stderr).toContain('prevent that with enableServiceLinks: false');
});
