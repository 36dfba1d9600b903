// Ten thousand servers in one list, each on its own loopback address: every answering server must be in the report,
// with few descriptors.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { onLinux, scratch, tsntp } from '../support/command.ts';

const COUNT = 10_000;
/** 127.1.33.0 to 127.1.33.255, which the responder ignores. */
const DEAD = 256;

interface Report {
  readonly servers: readonly {
    readonly verdict: string;
    readonly answered: number;
    readonly address: string;
  }[];
}

interface FleetReport {
  readonly counts: Readonly<Record<string, number>>;
  readonly targets: readonly { readonly name: string }[];
}

test.runIf(onLinux)(`${COUNT} servers, with 256 descriptors`, async () => {
  const list = join(scratch(), 'servers');
  writeFileSync(list, (await serveEverywhere(COUNT)).join('\n'));
  const fewDescriptors = ['sh', '-c', 'ulimit -n 256; exec "$@"', 'sh'];
  const args = ['-q', '-p', '1', '-t', '1', '--deadline', '60', '--format', 'json', '-f', list];
  const { code, stdout, stderr } = await tsntp(args, { within: fewDescriptors });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { servers } = JSON.parse(stdout) as Report;
  expect(new Set(servers.map(({ address }) => address)).size).toBe(COUNT);
  const silent = servers.filter(({ answered }) => answered !== 1);
  expect(silent).toHaveLength(DEAD);
  expect(new Set(silent.map(({ verdict }) => verdict))).toEqual(new Set(['no-reply']));
  const used = servers.filter(({ verdict }) => /^(system-peer|survivor|outlier)$/.test(verdict));
  expect(used.length + silent.length).toBe(COUNT);
});

/** The most memory that a check of so many hosts may take, in KiB. */
const MEMORY = 100 * 1024;

test.runIf(onLinux)(`a check of ${COUNT} hosts, with 256 descriptors and 100 MiB`, async () => {
  const folder = scratch();
  const list = join(folder, 'hosts');
  const hosts = await serveEverywhere(COUNT);
  writeFileSync(list, hosts.map((host, i) => `${host} # device ${i}\n`).join(''));
  const reference = hosts[0]!.replace('127.1.0.0', '127.3.0.0');
  const fewDescriptors = ['sh', '-c', 'ulimit -n 256; exec "$@"', 'sh'];
  const args = ['check', '--json', '-o', join(folder, 'report'), '--reference', reference, '-f', list];
  const used = join(folder, 'used');
  const atExit = `process.on("exit",()=>fs.writeFileSync(${JSON.stringify(used)},String(process.resourceUsage().maxRSS)))`;
  const hook = `data:text/javascript,${encodeURIComponent(`import fs from "node:fs";${atExit}`)}`;
  const env = { NODE_OPTIONS: `--import=${hook}` };
  const { code, stdout, stderr } = await tsntp(args, { within: fewDescriptors, env });
  expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: '', stderr: '' });
  expect(Number(readFileSync(used, 'utf8'))).toBeLessThan(MEMORY);
  const { targets, counts } = JSON.parse(readFileSync(join(folder, 'report'), 'utf8')) as FleetReport;
  expect(counts).toEqual({ right: COUNT - DEAD, 'no-answer': DEAD });
  expect(targets.map(({ name }) => name)).toEqual(hosts.map((_, i) => `device ${i}`));
});

/**
 * Starts one process that answers for all of 127.0.0.0/8; returns the first `count` addresses from 127.1.0.0 on, with
 * its port.
 */
async function serveEverywhere(count: number): Promise<readonly string[]> {
  const responder = spawn(process.execPath, ['test/scale/responder.js'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void responder.kill());
  const [line] = await once(responder.stdout.setEncoding('utf8'), 'data');
  const port = String(line).trim();
  return Array.from({ length: count }, (_, i) => `127.1.${i >> 8}.${i & 255}:${port}`);
}
