// Takes the package as npm would publish it and uses it as a stranger would: packs a clean copy of the checkout, has publint
// and attw judge the tarball, installs that into an empty folder, runs the command, imports the library, compiles against its
// types; and carries an installed folder to another place, as for a machine without the internet.
// Ends with status 1 at the first thing that does not hold, naming it. Nothing here asks for the clock to be set.

import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { promisify } from 'node:util';

const checkout = resolve(import.meta.dirname, '../..');
const tool = name => join(checkout, 'node_modules/.bin', name);
/** Even a broken `query` must not get at the clock. */
const guard =
  process.platform === 'linux'
    ? ['setpriv', '--bounding-set', '-sys_time', '--inh-caps', '-sys_time', '--no-new-privs']
    : [];

const folder = await mkdtemp(join(tmpdir(), 'tsntp-package-'));
const responder = await startResponder();
try {
  const tarball = await pack(await cleanCopy());
  await run('publint', checkout, tool('publint'), 'run', tarball, '--strict');
  await run('attw', checkout, tool('attw'), tarball, '--profile', 'esm-only', '--no-emoji');
  await install(tarball);
  await command();
  await carried(tarball);
  await library();
  await types('nodenext', 'nodenext');
  await types('esnext', 'bundler');
  console.log('the package holds');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  responder.close();
  await rm(folder, { recursive: true, force: true });
}

/** What git has, as it stands here: no node_modules, nothing built. Returns the folder. */
async function cleanCopy() {
  const copy = join(folder, 'copy');
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = (await run('git ls-files', checkout, 'git', ...args)).split('\0').filter(Boolean);
  for (const file of files) {
    // One that is deleted and not committed yet is in git's list, too.
    if (existsSync(join(checkout, file))) await cp(join(checkout, file), join(copy, file));
  }
  return copy;
}

/** Packs the clean copy, sees that the tarball has what it must and nothing else, and returns its path. */
async function pack(copy) {
  const stdout = await run('npm pack', copy, 'npm', 'pack', '--json', '--pack-destination', folder);
  // What `prepack` prints comes first.
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.search(/^\[$/m)));
  const paths = files.map(({ path }) => path);
  const { bin, man, exports } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'));
  const { types, default: entry } = exports['.'];
  const dist = ['dist/cli/main.js', 'dist/cli/entry.js'];
  const documents = ['README.md', 'README.zh-CN.md', 'LICENSE'];
  const required = [
    bin.tsntp,
    man[0],
    types,
    entry,
    exports['./report.schema.json'],
    exports['./fleet.schema.json'],
    ...documents,
    ...dist,
  ];
  const missing = required.map(path => path.replace('./', '')).filter(path => !paths.includes(path));
  expect('npm pack', missing.length === 0, `the tarball lacks ${missing.join(', ')}`);
  const dead = await deadLinks(copy, paths);
  expect('npm pack', dead.length === 0, `the tarball lacks what its documents link to: ${dead.join(', ')}`);
  const strays = paths.filter(path => /^(src|test|scripts|\.)/.test(path));
  expect('npm pack', strays.length === 0, `the tarball should not have ${strays.join(', ')}`);
  return join(folder, filename);
}

/** The relative links and pictures of the packed documents that lead to nothing that is packed. */
async function deadLinks(copy, paths) {
  const dead = [];
  for (const document of paths.filter(path => path.endsWith('.md'))) {
    const text = await readFile(join(copy, document), 'utf8');
    const links = text.matchAll(/(?:\]\(|(?:src|srcset)=")(?!https?:)([^)#"]+)/g);
    for (const [, link] of links) {
      const target = posix.join(posix.dirname(document), link);
      const packed = paths.some(path => path === target || path.startsWith(`${target}/`));
      if (!packed) dead.push(`${document} → ${link}`);
    }
  }
  return dead;
}

async function install(tarball) {
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm install', folder, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', tarball);
}

async function command() {
  const { version } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'));
  const printed = (await run('npx tsntp --version', folder, ...guard, 'npx', 'tsntp', '--version')).trim();
  expect('npx tsntp --version', printed === version, `printed ${printed}, not ${version}`);
  const report = await run('tsntp -q', folder, ...guard, 'npx', 'tsntp', '-q', '--format', 'json', address());
  expect('tsntp -q', JSON.parse(report).version === 1, `printed ${report}`);
}

/** As the README has it for a machine without the internet: the command runs wherever its folder is carried. */
async function carried(tarball) {
  const [here, there] = [join(folder, 'carry'), join(folder, 'there')];
  const args = ['install', '-g', '--prefix', here, '--no-audit', '--no-fund', '--prefer-offline', tarball];
  await run('npm install -g --prefix', folder, 'npm', ...args);
  await rename(here, there);
  const program = join(there, ...(process.platform === 'win32' ? ['tsntp.cmd'] : ['bin', 'tsntp']));
  const report = await run(
    'carried tsntp -q',
    folder,
    ...guard,
    program,
    '-q',
    '--format',
    'json',
    address(),
  );
  expect('carried tsntp -q', JSON.parse(report).result === 'queried', `printed ${report}`);
}

/** The library, from JavaScript: typed results, and not a character on stdout but what the script prints. */
async function library() {
  const script = `
    import { query, sync } from 'tsntp';
    const outcome = await query('127.0.0.1:${responder.address().port}');
    console.log(typeof sync, JSON.stringify(outcome, (_, value) => typeof value === 'bigint' ? String(value) : value));`;
  await writeFile(join(folder, 'library.js'), script);
  const stdout = await run('import from tsntp', folder, ...guard, process.execPath, 'library.js');
  expect('import from tsntp', stdout.startsWith('function {'), `printed ${stdout}`);
}

/** A consumer in TypeScript, under the strictest settings and with the libraries' declarations checked too. */
async function types(module, moduleResolution) {
  const what = `types with moduleResolution ${moduleResolution}`;
  const compilerOptions = { module, moduleResolution, target: 'es2023', strict: true, noEmit: true };
  const roots = { types: ['node'], typeRoots: [join(checkout, 'node_modules/@types')] };
  const config = { compilerOptions: { ...compilerOptions, ...roots }, files: ['consumer.ts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const consumer = `
    import { type Outcome, query, sync } from 'tsntp';
    const outcome: Outcome = await query(['127.0.0.1'], { samples: 1 });
    if (outcome.kind === 'queried') outcome.estimate.offset satisfies number;
    // @ts-expect-error: servers are named by strings
    sync([1]);`;
  await writeFile(join(folder, 'consumer.ts'), consumer);
  await run(what, folder, tool('tsc'), '-p', '.');
}

function address() {
  return `127.0.0.1:${responder.address().port}`;
}

/** A server of stratum 1 whose clock is this machine's. */
function startResponder() {
  const socket = createSocket('udp4');
  socket.on('message', (request, from) => {
    const reply = Buffer.alloc(48);
    reply.set([0x24, 1, 0, 0xec]);
    reply.write('TEST', 12);
    request.copy(reply, 24, 40, 48);
    for (const field of [16, 32, 40]) {
      const now = (performance.timeOrigin + performance.now()) / 1000 + 2_208_988_800;
      reply.writeUInt32BE(Math.floor(now) % 2 ** 32, field);
      reply.writeUInt32BE(Math.floor((now % 1) * 2 ** 32), field + 4);
    }
    socket.send(reply, from.port, from.address);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject).bind(0, '127.0.0.1', () => resolve(socket));
  });
}

/** Runs a command in `cwd` and returns its stdout; throws with all that it said where it fails. */
async function run(what, cwd, program, ...args) {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, encoding: 'utf8', timeout: 300_000 });
    console.log(`ok: ${what}`);
    return stdout;
  } catch ({ message, stdout = '', stderr = '' }) {
    throw new Error(`FAILED: ${what}\n${message}\n${stdout}${stderr}`);
  }
}

function expect(what, holds, otherwise) {
  if (!holds) throw new Error(`FAILED: ${what}: ${otherwise}`);
}
