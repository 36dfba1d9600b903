// The command → main.js, and beside it one file for each module that it imports dynamically, read when the importing code
// runs. Such a chunk contains only what main.js lacks and takes the rest from there, so that a process has each module once.
// esbuild's `splitting` would spread a measurement over 46 files, and knows no CommonJS, which V8's code needs.

import { readFileSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const MAIN = 'src/cli/main.ts';
/** Stands for a module of main.js while the names that chunks take from it are collected. */
const IN_MAIN = 'in main: ';

/** @typedef {import('esbuild').BuildOptions} Options */
/** @typedef {ReadonlyMap<string, ReadonlySet<string>>} Taken by the path of a module, the names that chunks take from it */

/** Writes main.js and its chunks. @param {Options} options those of each file */
export async function bundleChunks(options) {
  const { modules, targets } = await survey(options);
  const taken = await namesTaken(options, modules, targets);
  await build({
    ...withPlugins(
      options,
      dynamicImports(() => {}),
    ),
    stdin: { contents: mainText(taken), sourcefile: 'main.js', resolveDir: resolve('.') },
    outdir: undefined,
    outfile: `${options.outdir}/main.js`,
  });
  for (const target of targets) {
    const entryPoints = [{ in: target, out: nameOf(target) }];
    await build({ ...withPlugins(options, fromMain(modules, taken)), entryPoints });
  }
}

/** The modules of main.js, and those that they import dynamically: paths from the checkout. @param {Options} options */
async function survey(options) {
  /** @type {Set<string>} */
  const targets = new Set();
  const collected = withPlugins(
    options,
    dynamicImports(target => targets.add(target)),
  );
  const { metafile } = await build({ ...collected, entryPoints: [MAIN], write: false, metafile: true });
  // Node loads koffi's binary once, however many files import it.
  const modules = Object.keys(metafile.inputs).filter(path => /^(src|node_modules(?!.*koffi))\//.test(path));
  const names = ['main', 'entry', ...[...targets].map(nameOf)];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two files of the command would be ${twice}.js: rename a module`);
  const shared = await sharedClasses(options, [...targets]);
  return { modules: new Set([...modules, ...shared]), targets: [...targets].sort() };
}

/**
 * The modules of classes that more than one chunk contains: main.js has them, so that `instanceof` holds between chunks.
 * @param {Options} options @param {readonly string[]} targets
 */
async function sharedClasses(options, targets) {
  const seen = new Set();
  const shared = new Set();
  for (const target of targets) {
    const classes = (await modulesUnder(options, [target])).filter(path =>
      /^export class /m.test(readFileSync(path, 'utf8')),
    );
    for (const path of classes) (seen.has(path) ? shared : seen).add(path);
  }
  return modulesUnder(options, [...shared]);
}

/** The sources that these import, and they themselves. @param {Options} options @param {string[]} entryPoints */
async function modulesUnder(options, entryPoints) {
  const { metafile } = await build({ ...options, entryPoints, write: false, metafile: true });
  return Object.keys(metafile.inputs).filter(path => path.startsWith('src/'));
}

/**
 * @param {Options} options @param {ReadonlySet<string>} modules @param {readonly string[]} targets
 * @returns {Promise<Taken>}
 */
async function namesTaken(options, modules, targets) {
  const taken = new Map([...modules].sort().map(path => [path, new Set()]));
  const plugin = importsOf(modules, path => ({ path: IN_MAIN + path, external: true, sideEffects: false }));
  for (const target of targets) {
    const plain = {
      format: 'esm',
      banner: {},
      footer: {},
      write: false,
      sourcemap: false,
      minifyWhitespace: true,
    };
    const { outputFiles } = await build({ ...withPlugins(options, plugin), ...plain, entryPoints: [target] });
    const imports = /\bimport\b([^;"]*?)(?:\bfrom|\()"in main: ([^"]+)"/g;
    for (const [, clause, path] of outputFiles[0].text.matchAll(imports))
      for (const name of namesIn(clause) ?? (await exportsOf(options, path))) taken.get(path).add(name);
  }
  return taken;
}

/** The names in the clause of an import, as esbuild writes it; undefined if it imports all. @param {string} clause */
function namesIn(clause) {
  const [, list] = /^\{(.*)\}$/s.exec(clause.trim()) ?? [];
  return list?.split(',').map(name => name.trim().split(' as ')[0]);
}

/** @param {Options} options @param {string} path */
async function exportsOf(options, path) {
  const { metafile } = await build({
    ...options,
    format: 'esm',
    sourcemap: false,
    entryPoints: [path],
    write: false,
    metafile: true,
  });
  return Object.values(metafile.outputs).flatMap(output => output.exports);
}

/** The command, with all that chunks take from its modules. @param {Taken} taken */
function mainText(taken) {
  return [
    `export { main } from './${MAIN}';`,
    ...[...taken].flatMap(([path, names], index) =>
      names.size === 0
        ? []
        : `export { ${[...names].sort().map(name => `${name} as ${name}_${index}`)} } from './${path}';`,
    ),
  ].join('\n');
}

/** In a chunk: the modules of main.js by what main.js exports of them. @param {ReadonlySet<string>} modules @param {Taken} taken */
function fromMain(modules, taken) {
  const paths = [...taken.keys()];
  const { name, setup } = importsOf(modules, path => ({ path, namespace: 'main' }));
  return {
    name,
    /** @param {import('esbuild').PluginBuild} build */
    setup(build) {
      setup(build);
      build.onResolve({ filter: /^/, namespace: 'main' }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /^/, namespace: 'main' }, ({ path }) => {
        const index = paths.indexOf(path);
        const names = [...(taken.get(path) ?? [])].map(each => `${each}_${index} as ${each}`);
        return { contents: `export { ${names} } from './main.js';` };
      });
    },
  };
}

/** Resolves the imports of these modules otherwise. @param {ReadonlySet<string>} modules @param {(path: string) => import('esbuild').OnResolveResult} to */
function importsOf(modules, to) {
  return {
    name: 'what main.js contains',
    /** @param {import('esbuild').PluginBuild} build */
    setup(build) {
      onImport(build, ({ kind }, path) =>
        kind !== 'entry-point' && modules.has(path) ? to(path) : undefined,
      );
    },
  };
}

/** Leaves dynamic imports of the sources to chunks. @param {(target: string) => void} found */
function dynamicImports(found) {
  return {
    name: 'chunks beside',
    /** @param {import('esbuild').PluginBuild} build */
    setup(build) {
      onImport(build, ({ kind }, path) => {
        if (kind !== 'dynamic-import' || !path.startsWith('src/')) return undefined;
        found(path);
        return { path: `./${nameOf(path)}.js`, external: true };
      });
    },
  };
}

/** The name of a chunk's file: the module's, or its folder's if it is an index. @param {string} path */
function nameOf(path) {
  return basename(path.replace('/index.ts', ''), '.ts');
}

/**
 * Calls back for each import, with the path from the checkout that it leads to.
 * @param {import('esbuild').PluginBuild} build
 * @param {(args: import('esbuild').OnResolveArgs, path: string) => import('esbuild').OnResolveResult | undefined} resolved
 */
function onImport(build, resolved) {
  build.onResolve({ filter: /^/, namespace: 'file' }, async args => {
    if (args.pluginData === onImport) return undefined;
    const { path, kind, importer, namespace, resolveDir } = args;
    const to = await build.resolve(path, { kind, importer, namespace, resolveDir, pluginData: onImport });
    if (to.errors.length > 0 || to.external || to.namespace !== 'file') return undefined;
    return resolved(args, relative(resolve('.'), to.path).replaceAll('\\', '/'));
  });
}

/** With a plugin before the others. @param {Options} options @param {import('esbuild').Plugin} plugin @returns {Options} */
function withPlugins(options, plugin) {
  return { ...options, plugins: [plugin, ...(options.plugins ?? [])] };
}
