#!/usr/bin/env node
process.setSourceMapsEnabled(true); // a bug's stack names the sources, not the bundle
const [{ leave }, { main }] = await Promise.all([
  import('../dist/cli/leave.js'),
  import('../dist/cli/main.js'),
]);
const exitCode = await main(process.argv.slice(2), process);
process.stdout.write('', () => leave(exitCode));
