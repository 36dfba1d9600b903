// Runs the command from its scripts. V8's code for a script is in a file beside, followed by the script that it belongs
// to: V8 itself compares only the length. Code that another version or other flags have made is not used, and nothing is
// ever written. An unsupported Node gets as far as to say so.

if (process.getBuiltinModule) {
  openScripts()('./entry.js').runProcess(process);
} else {
  process.stderr.write(
    `tsntp: Node.js ${process.version} is too old: install 20.19 or later, or 22.12 or later\n`,
  );
  process.exitCode = 4;
}

/** A require() for the scripts in dist/cli, each of which runs once. */
function openScripts() {
  const { readFileSync } = require('node:fs');
  const { dirname } = require('node:path');
  const { pathToFileURL } = require('node:url');
  const { Script } = require('node:vm');
  const folder = `${dirname(__dirname)}/dist/cli`;
  const url = pathToFileURL(folder).href;
  const ran = new Map();
  return requireScript;

  /** @param {string} id */
  function requireScript(id) {
    if (!/^\.\/.*\.js$/.test(id)) return require(id.replace(/^\./, folder));
    const name = id.slice(2);
    if (!ran.has(name)) ran.set(name, run(name));
    return ran.get(name).exports;
  }

  /** @param {string} name */
  function run(name) {
    const path = `${folder}/${name}`;
    const filename = `${url}/${name}`;
    const script = readFileSync(path);
    // esbuild writes nothing but ASCII, which is read faster as Latin-1.
    const cachedData = codeOf(path, script);
    const compiled = new Script(script.latin1Slice(), { filename, cachedData });
    const module = { exports: {} };
    compiled.runInThisContext()(module.exports, requireScript, module, path, folder, filename);
    return module;
  }

  /** @param {string} path @param {Buffer} script */
  function codeOf(path, script) {
    try {
      const both = readFileSync(`${path}.code`);
      const length = both.length - script.length;
      return script.equals(both.subarray(length)) ? both.subarray(0, length) : undefined;
    } catch {
      return undefined;
    }
  }
}
