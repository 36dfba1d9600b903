// The tables of options and commands → the completion script for fish.

import { COMMAND_NAMES, COMMAND_ROWS } from '../../../options/command-table.ts';
import {
  allFlags,
  commandsWithChoices,
  commandsWithFiles,
  type Flag,
  type Following,
  quoted,
} from './completable.ts';

/** The completion script for fish. */
export function fishScript(): string {
  return `# Completion of tsntp for fish. Try it: tsntp completion fish | source
# Keep it: tsntp completion fish > ~/.config/fish/completions/tsntp.fish

function __tsntp_is
  set -l words (commandline -opc)
  set -l command sync
  if set -q words[2]; and contains -- $words[2] ${COMMAND_NAMES.join(' ')}
    set command $words[2]
  end
  contains -- $command $argv
end

function __tsntp_first
  test (count (commandline -opc)) -eq 1
end

complete -c tsntp -f
${COMMAND_NAMES.map(command).join('\n')}
${commandsWithChoices()
  .map(([name, choices]) => {
    const words = choices.join(' ');
    return `complete -c tsntp -n '__tsntp_is ${name}; and not __tsntp_first; and not __fish_seen_subcommand_from ${words}' -a '${words}'`;
  })
  .join('\n')}
${commandsWithFiles()
  .map(
    ([command, word]) =>
      `complete -c tsntp -n '__tsntp_is ${command}; and __fish_seen_subcommand_from ${word}' -F`,
  )
  .join('\n')}
${allFlags().map(option).join('\n')}
`;
}

function command(name: (typeof COMMAND_NAMES)[number]): string {
  return `complete -c tsntp -n __tsntp_first -a ${name} -d ${quoted(COMMAND_ROWS[name].describe)}`;
}

function option({ long, letter, describe, follows, commands }: Flag): string {
  return [
    `complete -c tsntp -n '__tsntp_is ${commands.join(' ')}'`,
    ...(letter === undefined ? [] : [`-s ${letter}`]),
    `-l ${long}`,
    ...argumentOf(follows),
    `-d ${quoted(describe)}`,
  ].join(' ');
}

function argumentOf(follows: Following): readonly string[] {
  switch (follows) {
    case 'nothing':
      return [];
    case 'anything':
      return ['-x'];
    case 'file':
      return ['-r', '-F'];
    case 'directory':
      return ['-x', "-a '(__fish_complete_directories)'"];
    default:
      return ['-x', `-a '${follows.join(' ')}'`];
  }
}
