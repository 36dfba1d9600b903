// Builds the initial RAM disk of the QEMU guests: busybox, the kernel modules, and guest/qemu-init.sh as /init, in the
// "newc" cpio format of the kernel's Documentation/driver-api/early-userspace/buffer-format.rst.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { toolPath } from './tools.js';

/** Writes `folder`/initramfs with the programs of the system in `folder`; /modules lists the modules in loading order. */
export function writeInitramfs(folder, modules) {
  const modulesFolder = join(folder, 'lib/modules');
  const found = readdirSync(modulesFolder, { recursive: true });
  const moduleFile = name =>
    join(
      modulesFolder,
      found.find(path => basename(path) === `${name}.ko`),
    );
  const entries = [
    entry('init', 0o100755, readFileSync(new URL('guest/qemu-init.sh', import.meta.url))),
    entry('busybox', 0o100755, readFileSync(toolPath(folder, 'busybox'))),
    entry('modules', 0o100644, Buffer.from(modules.join('\n'))),
    ...modules.map(name => entry(`${name}.ko`, 0o100644, readFileSync(moduleFile(name)))),
    entry('TRAILER!!!', 0, Buffer.alloc(0)),
  ];
  writeFileSync(join(folder, 'initramfs'), Buffer.concat(entries));
}

/** One file: thirteen hexadecimal fields, the name, and the contents, each padded to four bytes. */
function entry(name, mode, contents) {
  const [inode, owner, group, links, modified, device] = [0, 0, 0, 1, 0, 0];
  const numbers = [
    inode,
    mode,
    owner,
    group,
    links,
    modified,
    contents.length,
    device,
    device,
    device,
    device,
  ];
  const fields = [...numbers, name.length + 1, 0].map(n => n.toString(16).padStart(8, '0'));
  return Buffer.concat([padded(Buffer.from(`070701${fields.join('')}${name}\0`)), padded(contents)]);
}

function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
