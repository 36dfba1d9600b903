// The command with its packages, bundled by esbuild into few files so that it starts quickly. What a run may do without
// is not read, or not run, until it is called. koffi stays outside: it carries binaries.

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
    external: ['koffi', './main.js'],
    sourcemap: true,
    sourcesContent: false,
    // For what is loaded by require: Node's own modules, and the packages beside.
    banner: {
      js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);",
    },
  };
  const packages = ['ora', 'cli-table3'];
  await build({ ...whole, entryPoints: ['src/cli/start.ts'], plugins: [mainBeside, nodesOwnModules] });
  await build({
    ...whole,
    entryPoints: ['src/cli/main.ts'],
    plugins: [nodesOwnModules, layoutWhenCalled, beside(packages)],
  });
  await build({ ...options, entryPoints: packages, format: 'cjs', outExtension: { '.js': '.cjs' } });
}

/** The rest of the command is a file of its own. @type {import('esbuild').Plugin} */
const mainBeside = {
  name: 'main beside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/main\.ts$/ }, () => ({ path: './main.js', external: true }));
  },
};

/** Node's own modules are loaded when the code that imports them runs; as imports, all would be before the first line. @type {import('esbuild').Plugin} */
const nodesOwnModules = {
  name: 'Node’s own modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'node' }));
    onLoad({ filter: /^/, namespace: 'node' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}')`,
    }));
  },
};

/** yargs lays out --help with these; to be ready for all emoji costs them 30 ms, which no other run is to pay. @type {import('esbuild').Plugin} */
const layoutWhenCalled = {
  name: 'layout when called',
  setup({ onResolve, onLoad, resolve }) {
    onResolve(
      { filter: /^(cliui|string-width)$/ },
      async ({ path, kind, importer, resolveDir, namespace }) => {
        if (namespace === 'layout') return undefined;
        const found = await resolve(path, { kind, importer, resolveDir, namespace: 'layout' });
        return { ...found, namespace: 'layout' };
      },
    );
    onLoad({ filter: /^/, namespace: 'layout' }, ({ path }) => ({
      contents: `export default (...args) => require(${JSON.stringify(path)}).default(...args)`,
      resolveDir: '.',
    }));
  },
};

/** These packages are files of their own beside. @param {readonly string[]} packages @returns {import('esbuild').Plugin} */
function beside(packages) {
  return {
    name: 'packages beside',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(${packages.join('|')})$`) }, ({ path }) => ({
        path,
        namespace: 'beside',
      }));
      onLoad({ filter: /^/, namespace: 'beside' }, ({ path }) => ({
        contents: `const it = require('./${path}.cjs'); export default it.default ?? it`,
      }));
      onResolve({ filter: /\.cjs$/, namespace: 'beside' }, ({ path }) => ({ path, external: true }));
    },
  };
}
