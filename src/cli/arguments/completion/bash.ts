// The tables of options and commands → the completion script for bash 3.2 and later.

import { COMMAND_NAMES } from '../../../options/command-table.ts';
import {
  allFlags,
  commandsWithChoices,
  commandsWithFiles,
  flagsBefore,
  flagsOf,
  withDashes,
} from './completable.ts';

/** The completion script for bash. */
export function bashScript(): string {
  return `# Completion of tsntp for bash. Try it: eval "$(tsntp completion bash)"
# Keep it: tsntp completion bash > ~/.local/share/bash-completion/completions/tsntp

_tsntp() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=sync flags= choices= word
  local IFS=$' \\t\\n'
  # --name=value is three words here.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if (( COMP_CWORD > 1 )); then
    case \${COMP_WORDS[1]} in
      ${COMMAND_NAMES.join('|')}) command=\${COMP_WORDS[1]} ;;
    esac
  fi
  COMPREPLY=()
  case $prev in
    ${flagsBefore(follows => follows === 'file').join('|')})
      compopt -o filenames 2> /dev/null
      IFS=$'\\n' COMPREPLY=($(compgen -f -- "$cur"))
      return ;;
    ${flagsBefore(follows => follows === 'directory').join('|')})
      compopt -o filenames 2> /dev/null
      IFS=$'\\n' COMPREPLY=($(compgen -d -- "$cur"))
      return ;;
${listings()}    ${flagsBefore(follows => follows === 'anything').join('|')})
      return ;;
  esac
${files()}  case $command in
${COMMAND_NAMES.map(name => `    ${name}) flags='${flagsOf(name).flatMap(withDashes).join(' ')}' ;;`).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W '${COMMAND_NAMES.join(' ')}' -- "$cur"))
  else
    case $command in
${commandsWithChoices()
  .map(([name, choices]) => `      ${name}) choices='${choices.join(' ')}' ;;`)
  .join('\n')}
    esac
    for word in "\${COMP_WORDS[@]:2:COMP_CWORD-2}"; do
      [[ " $choices " == *" $word "* ]] && choices=
    done
    COMPREPLY=($(compgen -W "$choices" -- "$cur"))
  fi
}
complete -F _tsntp tsntp
`;
}

/** The file that follows a word of a command. */
function files(): string {
  return commandsWithFiles()
    .map(
      ([command, word]) => `  if [[ $command == ${command} && $prev == ${word} && $cur != -* ]]; then
    compopt -o filenames 2> /dev/null
    IFS=$'\\n' COMPREPLY=($(compgen -f -- "$cur"))
    return
  fi
`,
    )
    .join('');
}

/** A `case` branch for each option that takes one of several words. */
function listings(): string {
  return allFlags()
    .flatMap(flag => (Array.isArray(flag.follows) ? [[flag, flag.follows] as const] : []))
    .map(
      ([flag, words]) =>
        `    ${withDashes(flag).join('|')})\n      COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur"))\n      return ;;\n`,
    )
    .join('');
}
