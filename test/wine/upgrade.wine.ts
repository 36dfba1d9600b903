// An upgrade of the archive for Windows while a run of the installed version lasts: its files are in use, and may only be renamed.

import { execFileSync, spawn } from 'node:child_process';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { unavailable } from '../support/debian-package.ts';
import { windowsPrompt } from './windows-prompt.ts';

const missing = unavailable(['wine64']);
if (missing) console.error(missing);

/** A server that passes requests on to the one of `port`, but the first one only when it is released. */
async function heldServer(port: number) {
  const [socket, onward] = [createSocket('udp4'), createSocket('udp4')];
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const asked = once(socket, 'message');
  const pass = (request: Buffer, from: RemoteInfo) => {
    onward.removeAllListeners('message');
    onward.on('message', reply => socket.send(reply, from.port, from.address));
    onward.send(request, port, '127.0.0.1');
  };
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    release: async () => {
      socket.on('message', pass);
      const [request, from] = await asked;
      pass(request, from);
    },
    close: () => {
      socket.close();
      onward.close();
    },
  };
}

test.skipIf(missing)(
  'install.cmd replaces the files of a run that lasts, and its next call removes them',
  async () => {
    const prompt = await windowsPrompt();
    const work = resolve(mkdtempSync('.cache/wine/upgrade '));
    const responder = spawn(process.execPath, [resolve('test/release/server.js')]);
    const install = async () => expect((await prompt.run(['call f\\install.cmd'], work)).stderr).toBe('');
    const old = () =>
      readdirSync(join(prompt.drive, 'Program Files/tsntp')).filter(name => name.startsWith('.'));
    try {
      execFileSync(process.execPath, ['test/wine/unpack.js', join(work, 'f'), prompt.node]);
      await install();
      const held = await heldServer(Number(String((await once(responder.stdout, 'data'))[0])));
      let ended = false;
      const tsntp = '"C:\\Program Files\\tsntp\\bin\\tsntp.cmd"';
      const run = prompt
        .run([`call ${tsntp} -q --deadline 600 -t 600 -p 1 ${held.address}`], work)
        .finally(() => {
          ended = true;
        });
      await held.asked;
      await install();
      expect(ended).toBe(false);
      expect(old()).toEqual([expect.stringMatching(/^\.old-\d+$/)]);
      await held.release();
      expect((await run).stdout).toContain('server 127.0.0.1, stratum 1,');
      held.close();
      await install();
      expect(old()).toEqual([]);
    } finally {
      responder.kill();
      await prompt.run(['call f\\uninstall.cmd'], work);
      rmSync(work, { recursive: true, force: true });
    }
  },
);
