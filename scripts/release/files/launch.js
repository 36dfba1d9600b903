// Runs the command from its scripts, with V8's code for them from the files beside, if V8 accepts it: code that another
// version or other flags have made is not used, and nothing is ever written. An unsupported Node gets as far as to say so.

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
  // esbuild writes nothing but ASCII, which is read faster as Latin-1.
  const source = readFileSync(path, 'latin1');
  const script = new Script(source, { filename: pathToFileURL(path).href, cachedData: codeOf(path) });
  const module = { exports: {} };
  const requireFrom = id => {
    if (id === './main.js') return runScript('main.js');
    return require(id.startsWith('./') ? join(folder, id) : id);
  };
  script.runInThisContext()(module.exports, requireFrom, module, path, folder);
  return module.exports;

  function codeOf(script) {
    try {
      return readFileSync(`${script}.code`);
    } catch {
      return undefined;
    }
  }
}
