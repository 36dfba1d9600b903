// node unpack.js FOLDER NODE: writes what the release packs for Windows into FOLDER, with the node.exe NODE.

import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { platformOf } from '../../scripts/release/platforms.js';
import { writeProgramTree } from '../../scripts/release/program-tree.js';

const [folder, node] = process.argv.slice(2);
await writeProgramTree(folder, { ...platformOf('win-x64'), node: undefined });
linkSync(node, join(folder, 'lib/tsntp/node.exe'));
