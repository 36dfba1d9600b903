// Run by the Node of a platform, with fixed seeds: measures once with the command in the folder of the first argument, and
// writes V8's code for what the run has called of main.js beside it. The same Node writes the same bytes each time.
'use strict';

const { hash } = require('node:crypto');
const { createSocket } = require('node:dgram');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

const lib = process.argv[2];
const path = join(lib, 'dist/cli/main.js');
/** @type {import('node:vm').Script} */
let main;
const { Script } = vm;
vm.Script = class extends Script {
  constructor(source, { filename }) {
    // V8 writes the name into the code, and replaces it when it loads the code.
    super(source, { filename: 'tsntp' });
    if (filename.endsWith('/main.js')) main = this;
  }
};

// V8 would drop the code of functions that have not run for a while.
v8.setFlagsFromString('--no-flush-bytecode');
process.on('exit', status => {
  if (status !== 0) return;
  // V8 loads code only under the flags that are in force now: the usual ones. The seed of this process stays.
  v8.setFlagsFromString('--flush-bytecode');
  v8.setFlagsFromString('--hash-seed=0');
  writeFileSync(`${path}.${hash('sha256', readFileSync(path))}.code`, main.createCachedData());
});

const server = createSocket('udp4');
server.on('message', (request, { port, address }) => {
  const now = Math.floor(Date.now() / 1000) + 2_208_988_800;
  const reply = Buffer.alloc(48);
  reply.set([0x24, 1, 0, 0xec]);
  reply.write('TEST', 12);
  request.copy(reply, 24, 40, 48);
  for (const field of [16, 32, 40]) reply.writeUInt32BE(now % 2 ** 32, field);
  server.send(reply, port, address);
});
server.bind(0, '127.0.0.1', () => {
  server.unref();
  const query = ['-q', '--format', 'json', '-p', '1', `127.0.0.1:${server.address().port}`];
  process.argv = [process.execPath, join(lib, 'bin/tsntp.js'), ...query];
  require(process.argv[1]);
});
