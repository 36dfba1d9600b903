// Run by the Node of a platform, with fixed seeds: measures once with the command in the folder of the first argument, and
// writes V8's code for the scripts beside them: of those that the run has used what it has called, of the others all. The
// same Node writes the same bytes each time.
'use strict';

const { createSocket } = require('node:dgram');
const { readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

const lib = process.argv[2];
const folder = join(lib, 'dist/cli');
/** @type {Map<string, import('node:vm').Script>} */
const scripts = new Map();
const { Script } = vm;
vm.Script = class extends Script {
  constructor(source, { filename }) {
    // V8 writes the name into the code, and replaces it when it loads the code.
    super(source, { filename: 'tsntp' });
    scripts.set(basename(filename), this);
  }
};

// V8 would drop the code of functions that have not run for a while.
v8.setFlagsFromString('--no-flush-bytecode');
process.on('exit', status => {
  if (status !== 0) return;
  v8.setFlagsFromString('--no-lazy');
  for (const name of readdirSync(folder).filter(name => name.endsWith('.js') && !scripts.has(name)))
    new vm.Script(readFileSync(join(folder, name), 'latin1'), { filename: name });
  // V8 loads code only under the flags that are in force now: the usual ones. The seed of this process stays.
  for (const flag of ['--lazy', '--flush-bytecode', '--hash-seed=0']) v8.setFlagsFromString(flag);
  for (const [name, script] of scripts) {
    const path = join(folder, name);
    writeFileSync(`${path}.code`, Buffer.concat([script.createCachedData(), readFileSync(path)]));
  }
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
