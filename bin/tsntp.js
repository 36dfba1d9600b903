#!/usr/bin/env node
// Nothing is imported first, and no await stands alone: a Node that is too old must come as far as to say so.

if (process.getBuiltinModule) {
  import('../dist/cli/entry.js').then(({ runProcess }) => runProcess(process));
} else {
  process.stderr.write(
    `tsntp: Node.js ${process.version} is too old: install 20.19 or later, or 22.12 or later\n`,
  );
  process.exitCode = 4;
}
