// Bundles the command and its packages with esbuild into a few files, so that it starts quickly. Code that a run may
// not need is not read, or not run, until it is called. koffi stays outside because it contains binaries.

import { createRequire, isBuiltin } from 'node:module';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { bundleChunks } from './chunks.js';
import { rewritten } from './rewritten.js';

/** koffi as one CommonJS file, which looks for its binary beside itself, or in `build/koffi` two folders above. */
const KOFFI = resolve('node_modules/koffi/src/koffi/index.cjs');

/**
 * Bundles into the directory `outdir`: one file for `--version`, one for measurements, one for each other command and what
 * else is imported when it is needed, and one for each package that few runs need. @param {string} outdir
 */
export async function bundleCommand(outdir) {
  await bundle(outdir, {
    format: 'esm',
    external: ['koffi'],
    // Used by code that is loaded through require: Node's own modules and the packages in separate files.
    banner: {
      js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);",
    },
  });
}

/**
 * The same as scripts, each a function of what CommonJS gives to a module, and of its URL: V8 can load their code from a
 * file. koffi is inside, and looks for its binary in `build/koffi` two folders above `outdir`. @param {string} outdir
 */
export async function bundleScripts(outdir) {
  await bundle(outdir, {
    format: 'cjs',
    supported: { 'dynamic-import': false },
    alias: { koffi: KOFFI },
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: '(function(exports,require,module,__filename,__dirname,bundleUrl){' },
    footer: { js: '})' },
  });
}

/**
 * Bundles programs beside the scripts: one CommonJS file each, with koffi inside as in `bundleScripts`.
 * @param {string} outdir @param {readonly string[]} entryPoints
 */
export async function bundlePrograms(outdir, entryPoints) {
  await build({
    outdir,
    entryPoints,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    alias: { koffi: KOFFI },
    define: { 'import.meta.dirname': '__dirname' },
    logLevel: 'warning',
  });
}

/** @param {string} outdir @param {import('esbuild').BuildOptions} form */
async function bundle(outdir, form) {
  const options = {
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    // Names are kept for readable stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
  };
  const whole = { ...options, ...form, sourcemap: true, sourcesContent: false };
  await build({
    ...whole,
    entryPoints: ['src/cli/process/entry.ts'],
    plugins: [mainBeside, nodesOwnModules, rewritten],
  });
  await bundleChunks({ ...whole, plugins: [nodesOwnModules, packagesBeside, rewritten] });
  await build({ ...options, entryPoints: WHEN_LOADED, format: 'cjs', outExtension: { '.js': '.cjs' } });
}

/** Needed only by a table or a spinner: read when the importing code runs. */
const WHEN_LOADED = ['ora', 'cli-table3', 'string-width'];
/** yargs would format --help with these; src/cli/arguments/help.ts does so instead. */
const NEVER_CALLED = ['cliui', 'string-width'];

/** Puts the rest of the command into its own file. @type {import('esbuild').Plugin} */
const mainBeside = {
  name: 'main beside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/main\.ts$/ }, () => ({ path: './main.js', external: true }));
  },
};

/**
 * Loads Node's own modules when the importing code runs; static imports would load all of them before the first line.
 * Each name is fetched only once: as CommonJS, every importer would copy all names of the module.
 * @type {import('esbuild').Plugin}
 */
const nodesOwnModules = {
  name: 'Node’s own modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      const namespace = kind === 'require-call' ? 'node, required' : 'node';
      return { path: path.replace(/^node:/, ''), namespace };
    });
    onLoad({ filter: /^/, namespace: 'node' }, ({ path }) => ({ contents: contentsOf(path) }));
    onLoad({ filter: /^/, namespace: 'node, required' }, ({ path }) => ({
      // The importer copies each name of an object, which would load what few runs need: it inherits them instead.
      contents: `const it = process.getBuiltinModule('node:${path}');
        module.exports = typeof it === 'object' ? Object.create(it) : it;`,
    }));
  },
};

/**
 * Functions of modules that few runs need: literal addresses need no resolver, and most runs no cryptography. No other
 * names can be imported. @type {Readonly<Record<string, readonly string[]>>}
 */
const WHEN_CALLED = {
  'dns/promises': ['lookup'],
  crypto: ['createHash', 'randomBytes', 'X509Certificate'],
};

/** @param {string} path */
function contentsOf(path) {
  if (path === 'assert') return ASSERTIONS;
  return WHEN_CALLED[path]?.map(name => whenCalled(path, name)).join('\n') ?? whenImported(path);
}

/** What yargs calls: node:assert is loaded only for its message, when yargs has a bug. */
const ASSERTIONS = `
export function strictEqual(...args) {
  if (!Object.is(args[0], args[1])) process.getBuiltinModule('node:assert').strictEqual(...args);
}
export function notStrictEqual(...args) {
  if (Object.is(args[0], args[1])) process.getBuiltinModule('node:assert').notStrictEqual(...args);
}`;

/** @param {string} path */
function whenImported(path) {
  const names = Object.keys(createRequire(import.meta.url)(`node:${path}`));
  const each = names
    .filter(name => /^[a-z_]\w*$/i.test(name) && name !== 'default')
    .map(name => `const ${name}_ = /* @__PURE__ */ get('${name}'); export { ${name}_ as ${name} };`);
  return [
    `const all = /* @__PURE__ */ process.getBuiltinModule('node:${path}');`,
    'const get = name => all[name];',
    'export default all;',
    ...each,
  ].join('\n');
}

/** A function or a class that loads its module when called. @param {string} path @param {string} name */
function whenCalled(path, name) {
  return `export function ${name}(...args) {
    const { ${name}: it } = process.getBuiltinModule('node:${path}');
    return new.target ? new it(...args) : it(...args);
  }`;
}

/** Puts each package that few runs need into its own file next to the command. @type {import('esbuild').Plugin} */
const packagesBeside = {
  name: 'packages beside',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^/ }, ({ path, importer }) => {
      if (NEVER_CALLED.includes(path) && /[\\/]yargs[\\/]/.test(importer))
        return { path, namespace: 'missing' };
      return WHEN_LOADED.includes(path) ? { path, namespace: 'beside' } : undefined;
    });
    onLoad({ filter: /^/, namespace: 'missing' }, ({ path }) => ({
      contents: `export default () => { throw new Error('${path} is not in this bundle') }`,
    }));
    onLoad({ filter: /^/, namespace: 'beside' }, ({ path }) => ({
      contents: `const it = require('./${path}.cjs'); export default it.default ?? it`,
    }));
    onResolve({ filter: /\.cjs$/, namespace: 'beside' }, ({ path }) => ({ path, external: true }));
  },
};
