// Runs the command from its scripts. V8's code for the large one is in a file beside, whose name has the script's hash: V8
// itself compares only the length. Code that another version or other flags have made is not used, and nothing is ever
// written. An unsupported Node gets as far as to say so.

if (process.getBuiltinModule) {
  runScript('entry.js').runProcess(process);
} else {
  process.stderr.write(
    `tsntp: Node.js ${process.version} is too old: install 20.19 or later, or 22.12 or later\n`,
  );
  process.exitCode = 4;
}

/** The exports of a script in dist/cli. @param {string} name */
function runScript(name) {
  const { readFileSync } = require('node:fs');
  const { join } = require('node:path');
  const { pathToFileURL } = require('node:url');
  const { Script } = require('node:vm');
  const folder = join(__dirname, '../dist/cli');
  const path = join(folder, name);
  const bytes = readFileSync(path);
  // esbuild writes nothing but ASCII, which is read faster as Latin-1.
  const source = bytes.latin1Slice();
  // entry.js is compiled as fast as its code is read, and --version, which runs nothing else, needs no hash.
  const cachedData = name === 'main.js' ? codeOf(path, bytes) : undefined;
  const script = new Script(source, { filename: pathToFileURL(path).href, cachedData });
  const module = { exports: {} };
  const requireFrom = id => {
    if (id === './main.js') return runScript('main.js');
    return require(id.startsWith('./') ? join(folder, id) : id);
  };
  script.runInThisContext()(module.exports, requireFrom, module, path, folder);
  return module.exports;

  function codeOf(script, content) {
    const { hash } = require('node:crypto');
    try {
      return readFileSync(`${script}.${hash('sha256', content)}.code`);
    } catch {
      return undefined;
    }
  }
}
