// The tables of options and commands → the completion script for zsh.

import { COMMAND_NAMES, COMMAND_ROWS } from '../../../options/command-table.ts';
import {
  allFlags,
  commandsWithChoices,
  commandsWithFiles,
  flagsBefore,
  flagsOf,
  quoted,
  withDashes,
} from './completable.ts';

/** The completion script for zsh. */
export function zshScript(): string {
  return `#compdef tsntp
# Completion of tsntp for zsh. Try it: eval "$(tsntp completion zsh)"
# Keep it: tsntp completion zsh > DIR/_tsntp, where DIR is in $fpath

_tsntp() {
  local prev=$words[CURRENT-1] command=sync word
  local -a flags choices
  if [[ $PREFIX == --*=* ]]; then
    prev=\${PREFIX%%=*}
    compset -P '*='
  fi
  if (( CURRENT > 2 )); then
    case $words[2] in
      (${COMMAND_NAMES.join('|')}) command=$words[2] ;;
    esac
  fi
  case $prev in
    (${flagsBefore(follows => follows === 'file').join('|')}) _files; return ;;
    (${flagsBefore(follows => follows === 'directory').join('|')}) _files -/; return ;;
${listings()}    (${flagsBefore(follows => follows === 'anything').join('|')}) return 1 ;;
  esac
${files()}  if [[ $PREFIX == -* ]]; then
    case $command in
${COMMAND_NAMES.map(name => `      (${name}) flags=(\n${described(name)}\n      ) ;;`).join('\n')}
    esac
    _describe -o option flags
  elif (( CURRENT == 2 )); then
    choices=(
${COMMAND_NAMES.map(name => `      ${quoted(`${name}:${COMMAND_ROWS[name].describe}`)}`).join('\n')}
    )
    _describe command choices
  else
    case $command in
${commandsWithChoices()
  .map(([name, choices]) => `      (${name}) choices=(${choices.join(' ')}) ;;`)
  .join('\n')}
    esac
    for word in $words[3,CURRENT-1]; do
      (( $choices[(Ie)$word] )) && choices=()
    done
    compadd -a choices
  fi
}

if [[ $funcstack[1] == _tsntp ]]; then _tsntp "$@"; else compdef _tsntp tsntp; fi
`;
}

/** The flags of a command with their descriptions, each as a quoted word. */
function described(command: (typeof COMMAND_NAMES)[number]): string {
  return flagsOf(command)
    .flatMap(flag => withDashes(flag).map(written => `        ${quoted(`${written}:${flag.describe}`)}`))
    .join('\n');
}

/** The file that follows a word of a command. */
function files(): string {
  return commandsWithFiles()
    .map(
      ([command, word]) =>
        `  if [[ $command == ${command} && $prev == ${word} && $PREFIX != -* ]]; then _files; return; fi\n`,
    )
    .join('');
}

/** A `case` branch for each option that takes one of several words. */
function listings(): string {
  return allFlags()
    .flatMap(flag => (Array.isArray(flag.follows) ? [[flag, flag.follows] as const] : []))
    .map(([flag, words]) => `    (${withDashes(flag).join('|')}) compadd ${words.join(' ')}; return ;;\n`)
    .join('');
}
