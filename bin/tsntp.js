#!/usr/bin/env node
import { main } from '../dist/cli/main.js';

const exitCode = await main(process.argv.slice(2), process);
// A name server that does not answer must not hold the process: exit as soon as all is written.
process.stdout.write('', () => process.exit(exitCode));
