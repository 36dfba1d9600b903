#!/usr/bin/env node
// No static imports and no top-level await: an unsupported Node must get far enough to report itself.

if (process.getBuiltinModule) {
  import('../dist/cli/entry.js').then(({ runProcess }) => runProcess(process));
} else {
  process.stderr.write(
    `tsntp: Node.js ${process.version} is too old: install 20.19 or later, or 22.12 or later\n`,
  );
  process.exitCode = 4;
}
