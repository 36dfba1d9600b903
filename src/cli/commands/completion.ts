// `tsntp completion [bash|zsh|fish]` → the completion script on stdout; without a word, the one for $SHELL.

import { basename } from 'node:path';
import { COMMANDS, type Shell } from '../../options/command-table.ts';
import { envelopeText } from '../../report/envelope.ts';
import { EXIT_DONE, type ExitCode } from '../../report/exit-code.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import { bashScript } from '../arguments/completion/bash.ts';
import { fishScript } from '../arguments/completion/fish.ts';
import { zshScript } from '../arguments/completion/zsh.ts';
import { UsageError } from '../arguments/usage-error.ts';
import type { Context } from '../process/context.ts';

const SCRIPTS: { readonly [S in Shell]: () => string } = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Prints the completion script of a shell. Rejects with `UsageError` if the shell is unknown. */
export async function runCompletion(
  args: CommandArguments<'completion'>,
  context: Context,
): Promise<ExitCode> {
  const shell = args.shell ?? shellOf(context.io.env.SHELL);
  const script = SCRIPTS[shell]();
  const head = { command: 'completion', exitCode: EXIT_DONE };
  context.printData(args.format === 'json' ? envelopeText(head, { shell, script }) : script);
  return EXIT_DONE;
}

function shellOf(path: string | undefined): Shell {
  const shells: readonly string[] = COMMANDS.completion.choices;
  const name = basename(path ?? '').replace(/\.exe$/i, '');
  if (shells.includes(name)) return name as Shell;
  const problem = name === '' ? '$SHELL is not set' : `there is no script for "${name}" ($SHELL)`;
  throw new UsageError(
    `completion: ${problem}; name the shell: ${shells.map(one => `tsntp completion ${one}`).join(', ')}`,
  );
}
