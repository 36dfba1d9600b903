// What packages would do when they are loaded and no run of the command needs → their text without it, as an esbuild plugin.

import { readFile } from 'node:fs/promises';

/** The ends of paths in node_modules, with what to replace in that file. */
const CHANGES = [
  // yargs would query the working directory, which may have been deleted, and search upwards from it for a package.json.
  ['yargs/lib/platform-shims/esm.mjs', 'mainFilename || process.cwd()', '__dirname'],
  // It would read package.json for the version, which tsntp prints itself.
  ['yargs/build/lib/yargs-factory.js', 'yargs.version();', ''],
  // Each would open a require() for files of settings, which are not read.
  [
    'yargs/lib/platform-shims/esm.mjs',
    'createRequire(import.meta.url);',
    'id => createRequire(import.meta.url)(id);',
  ],
  [
    'yargs-parser/build/lib/index.js',
    'createRequire ? createRequire(import.meta.url)',
    'createRequire ? id => createRequire(import.meta.url)(id)',
  ],
  // koffi would look for its binary as that of a package, before it finds it in build/koffi.
  ['koffi/src/koffi/src/static.cjs', 'let native = null;', 'return null;'],
];

/** @type {import('esbuild').Plugin} */
export const rewritten = {
  name: 'rewritten packages',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/](?:yargs|yargs-parser|koffi)[\\/]/ }, async ({ path }) => {
      const changes = CHANGES.filter(([end = '']) => path.replaceAll('\\', '/').endsWith(`/${end}`));
      if (changes.length === 0) return undefined;
      let contents = await readFile(path, 'utf8');
      for (const [, from = '', to = ''] of changes) {
        if (!contents.includes(from)) throw new Error(`${path} no longer contains ${from}`);
        contents = contents.replace(from, to);
      }
      return { contents };
    });
  },
};
