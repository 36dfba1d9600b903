#!/usr/bin/env node
import { leave } from '../dist/cli/leave.js';
import { main } from '../dist/cli/main.js';

const exitCode = await main(process.argv.slice(2), process);
process.stdout.write('', () => leave(exitCode));
