// The command with its packages, bundled by esbuild into few files so that it starts quickly. What a run may do without
// is not read, or not run, until it is called. koffi stays outside: it carries binaries.

import { readFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { build } from 'esbuild';

/** Into the folder `outdir`: one file for `--version`, one for all else, one for each package that few runs need. @param {string} outdir */
export async function bundleCommand(outdir) {
  const options = {
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    // Names stay: a stack is to be read.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
  };
  const whole = {
    ...options,
    format: 'esm',
    external: ['koffi'],
    sourcemap: true,
    sourcesContent: false,
    // For what is loaded by require: Node's own modules, and the packages beside.
    banner: {
      js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);",
    },
  };
  await build({
    ...whole,
    entryPoints: ['src/cli/process/entry.ts'],
    plugins: [mainBeside, nodesOwnModules],
  });
  await build({
    ...whole,
    entryPoints: ['src/cli/main.ts'],
    plugins: [nodesOwnModules, packagesBeside, anyFolder],
  });
  await build({ ...options, entryPoints: WHEN_LOADED, format: 'cjs', outExtension: { '.js': '.cjs' } });
}

/** What a table or a spinner needs: read when the code that imports it runs. */
const WHEN_LOADED = ['ora', 'cli-table3'];
/** yargs would lay out --help with these, which src/cli/arguments/help.ts does. */
const NEVER_CALLED = ['cliui', 'string-width'];

/** The rest of the command is a file of its own. @type {import('esbuild').Plugin} */
const mainBeside = {
  name: 'main beside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/main\.ts$/ }, () => ({ path: './main.js', external: true }));
  },
};

/**
 * Node's own modules are loaded when the code that imports them runs; as imports, all would be before the first line. Each
 * name is fetched but once: as CommonJS, every importer would copy all names of the module.
 * @type {import('esbuild').Plugin}
 */
const nodesOwnModules = {
  name: 'Node’s own modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^node:/, ''), namespace: 'node' } : undefined,
    );
    onLoad({ filter: /^/, namespace: 'node' }, ({ path }) => ({
      contents: FUNCTIONS[path] ? whenCalled(path, FUNCTIONS[path]) : whenImported(path),
    }));
  },
};

/** What few runs call: yargs asserts only where its own code is wrong, and addresses need no resolver. @type {Readonly<Record<string, readonly string[]>>} */
const FUNCTIONS = { assert: ['strictEqual', 'notStrictEqual'], 'dns/promises': ['lookup'] };

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

/** @param {string} path @param {readonly string[]} names */
function whenCalled(path, names) {
  return names
    .map(
      name =>
        `export const ${name} = (...args) => process.getBuiltinModule('node:${path}').${name}(...args);`,
    )
    .join('\n');
}

/** Few runs need these packages: each is a file of its own beside the command. @type {import('esbuild').Plugin} */
const packagesBeside = {
  name: 'packages beside',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^/ }, ({ path }) =>
      WHEN_LOADED.includes(path) || NEVER_CALLED.includes(path) ? { path, namespace: 'beside' } : undefined,
    );
    onLoad({ filter: /^/, namespace: 'beside' }, ({ path }) => ({
      contents: NEVER_CALLED.includes(path)
        ? `export default () => { throw new Error('${path} is not in this bundle') }`
        : `const it = require('./${path}.cjs'); export default it.default ?? it`,
    }));
    onResolve({ filter: /\.cjs$/, namespace: 'beside' }, ({ path }) => ({ path, external: true }));
  },
};

/**
 * yargs, bundled, asks for the working folder when it is loaded, which may have been deleted, and would look for a
 * package.json from there upward. @type {import('esbuild').Plugin}
 */
const anyFolder = {
  name: 'any working folder',
  setup({ onLoad }) {
    onLoad({ filter: /yargs.lib.platform-shims.esm\.mjs$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace('mainFilename || process.cwd()', '__dirname');
      if (contents === text) throw new Error(`${path} no longer asks for the working folder`);
      return { contents };
    });
  },
};
