// Completion in the real shells: bash, zsh and fish of Debian complete what `tsntp completion` prints for them.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { BIN, scratch } from '../support/command.ts';
import { debianPackage, unavailable } from '../support/debian-package.ts';

/** Runs a shell with a script, in a folder with one file and one folder; its lines. */
type Complete = (line: string, folder: string) => readonly string[];

const missing = unavailable(['bash', 'zsh', 'zsh-common', 'fish', 'fish-common']);

function scriptFor(shell: string): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [BIN, 'completion', shell], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Where a package has a program: in /bin or in /usr/bin, as Debian's release has it. */
function programIn(root: string, name: string): string {
  return ['usr/bin', 'bin'].map(folder => join(root, folder, name)).find(path => existsSync(path))!;
}

/** A folder to complete files from. */
function folder(): string {
  const path = scratch();
  mkdirSync(join(path, 'directory'));
  writeFileSync(join(path, 'server list'), '');
  return path;
}

function linesOf(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): readonly string[] {
  const [file = '', ...args] = command;
  const { stdout, stderr, status, error } = spawnSync(file, args, {
    encoding: 'utf8',
    cwd,
    timeout: 60_000,
    env: { PATH: process.env.PATH, HOME: cwd, TERM: 'dumb', LC_ALL: 'C.UTF-8', ...env },
  });
  if (error !== undefined || status !== 0) throw new Error(`${file}: ${error?.message ?? stderr}`);
  return [...new Set(stdout.split('\n').filter(line => line !== ''))];
}

/** A word without the backslashes with which zsh shows it. */
function unquoted(word: string): string {
  return word.replaceAll('\\', '');
}

/** Fills COMP_WORDS as readline does, which parts words at = and : too, and calls the function. */
const inBash: Complete = (line, cwd) => {
  const { root, env } = debianPackage('bash');
  const words = line.split(/(=)| /).filter(word => word !== undefined);
  const quoted = words.map(word => `'${word}'`).join(' ');
  const driver = `${scriptFor('bash')}\nCOMP_WORDS=(${quoted})\nCOMP_CWORD=${words.length - 1}\n_tsntp\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`;
  return linesOf([programIn(root, 'bash'), '--norc', '-c', driver], env, cwd);
};

/** zsh has no way to ask: its completion runs in a terminal of its own, with compadd telling what it is given. */
const inZsh: Complete = (line, cwd) => {
  const { root, env } = debianPackage('zsh');
  const common = debianPackage('zsh-common').root;
  const modules = join(root, 'usr/lib');
  writeFileSync(join(cwd, 'tsntp.zsh'), scriptFor('zsh'));
  writeFileSync(join(cwd, 'inner.zsh'), ZSH_INNER);
  writeFileSync(join(cwd, 'outer.zsh'), ZSH_OUTER);
  const found = spawnSync('find', [modules, '-name', 'zle.so'], { encoding: 'utf8' }).stdout.trim();
  const modulePath = found.replace(/\/zsh\/zle\.so$/, '');
  const functions = spawnSync('find', [join(common, 'usr/share/zsh/functions'), '-type', 'd'], {
    encoding: 'utf8',
  }).stdout.trim();
  const program = programIn(root, 'zsh');
  return linesOf(
    [program, '-f', 'outer.zsh', line],
    { ...env, ZSH_PROGRAM: program, FPATH: functions.replaceAll('\n', ':'), MODULES: modulePath },
    cwd,
  );
};

const ZSH_OUTER = `module_path=($MODULES)
zmodload zsh/zpty
zpty shell $ZSH_PROGRAM -f -i
zpty -w shell 'source inner.zsh'
zpty -r shell line '*READY*'
zpty -n -w shell "$1"$'\\t'
zpty -r shell line '*DONE*'
zpty -d shell
cat answers
`;

const ZSH_INNER = `module_path=($MODULES)
PROMPT= RPROMPT=
autoload -U compinit && compinit -u -D
source tsntp.zsh
: > answers
compadd() {
  local -a given
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
    builtin compadd "$@"
    return
  fi
  builtin compadd -A given "$@"
  print -rl -- $given >> answers
  builtin compadd "$@"
}
finished() { compstate[list]= compstate[insert]=; print DONE; }
compprefuncs=() comppostfuncs=(finished)
bindkey '^I' complete-word
print READY
`;

const inFish: Complete = (line, cwd) => {
  const { root, env } = debianPackage('fish');
  const share = join(debianPackage('fish-common').root, 'usr/share/fish');
  const helpers = join(share, 'functions');
  writeFileSync(join(cwd, 'tsntp.fish'), scriptFor('fish'));
  const driver = `set -p fish_function_path '${helpers}'; source tsntp.fish; complete -C '${line}'`;
  const lines = linesOf([programIn(root, 'fish'), '--no-config', '-c', driver], env, cwd);
  return lines.map(one => one.split('\t')[0]!);
};

describe.skipIf(missing !== undefined)('completion', () => {
  beforeAll(() => {
    expect(missing).toBeUndefined();
  });

  describe.each([
    ['bash', inBash],
    ['zsh', inZsh],
    ['fish', inFish],
  ])('in %s', (_, complete) => {
    test('commands, where a command may stand', () => {
      const words = [
        ...['check', 'completion', 'demo', 'drift', 'query', 'rtc'],
        ...['schedule', 'status', 'sync', 'wait'],
      ];
      expect([...complete('tsntp ', folder())].sort()).toEqual(words);
      expect(complete('tsntp st', folder())).toEqual(['status']);
      expect(complete('tsntp query st', folder())).toEqual([]);
      expect(complete('tsntp -v st', folder())).toEqual([]);
    });

    test('options of the default command', () => {
      expect(complete('tsntp --max-o', folder())).toEqual(['--max-offset']);
      expect(complete('tsntp --step-', folder())).toEqual(['--step-threshold']);
    });

    test('options of the command that is named, and no others', () => {
      expect(complete('tsntp status --js', folder())).toEqual(['--json']);
      expect(complete('tsntp query --step-', folder())).toEqual([]);
      expect(complete('tsntp rtc show --dev', folder())).toEqual(['--device']);
    });

    test('the values of --format', () => {
      const formats = ['auto', 'classic', 'json', 'prometheus', 'table'];
      expect([...complete('tsntp query --format ', folder())].sort()).toEqual(formats);
      expect(complete('tsntp --format=cl', folder()).map(word => word.replace('--format=', ''))).toEqual([
        'classic',
      ]);
    });

    test('the schedulers after --as', () => {
      const schedulers = ['cron', 'launchd', 'systemd', 'windows'];
      expect([...complete('tsntp schedule --as ', folder())].sort()).toEqual(schedulers);
    });

    test('the actions of drift, and the file after import', () => {
      expect([...complete('tsntp drift ', folder())].sort()).toEqual(['export', 'import', 'reset', 'show']);
      expect(complete('tsntp drift import ser', folder()).map(unquoted)).toEqual(['server list']);
      expect(complete('tsntp drift show ', folder())).toEqual([]);
    });

    test('the actions of rtc, and one of them', () => {
      expect([...complete('tsntp rtc ', folder())].sort()).toEqual(['floor', 'read', 'show', 'write']);
      expect(complete('tsntp rtc -n w', folder())).toEqual(['write']);
      expect(complete('tsntp rtc show ', folder())).toEqual([]);
    });

    test('the shells of completion', () => {
      expect([...complete('tsntp completion ', folder())].sort()).toEqual(['bash', 'fish', 'zsh']);
    });

    test('files after -f, folders after --state, nothing after -p', () => {
      expect(complete('tsntp -f ser', folder()).map(unquoted)).toEqual(['server list']);
      expect(complete('tsntp --state dir', folder()).map(word => word.replace(/\/$/, ''))).toEqual([
        'directory',
      ]);
      expect(complete('tsntp -p ', folder())).toEqual([]);
    });
  });
});
