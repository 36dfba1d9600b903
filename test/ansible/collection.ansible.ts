// The collection as Ansible's own tools judge it: ansible-lint in the production profile, ansible-doc, and those sanity tests of
// ansible-test that need no download; what others run is called without ansible-test's environment.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { COLLECTION, Controller, TOOLS, VERSION } from './controller.ts';

/** The sanity tests of ansible-core that need nothing from PyPI. */
const SANITY = [
  ...['action-plugin-docs', 'compile', 'empty-init', 'future-import-boilerplate', 'ignores', 'line-endings'],
  ...['metaclass-boilerplate', 'no-assert', 'no-basestring', 'no-dict-iteritems', 'no-dict-iterkeys'],
  ...['no-dict-itervalues', 'no-get-exception', 'no-illegal-filenames', 'no-main-display', 'no-smart-quotes'],
  ...['no-unicode-literals', 'replace-urlopen', 'shebang', 'symlinks', 'use-argspec-type-path'],
  'use-compat-six',
];
const RULES = `${TOOLS}/usr/lib/python3/dist-packages/ansible_test/_util/controller/sanity`;
const MODULES = ['plugins/modules/tsntp_info.py', 'plugins/modules/tsntp_sync.py'];
const CODE = [...MODULES, 'plugins/module_utils/tsntp.py'];
const controller = new Controller();
const cwd = controller.path('collections/ansible_collections/tsntp/tsntp');

beforeAll(() => controller.installCollection());
afterAll(() => controller.close());

/** Runs a program in the installed collection, which is to find nothing. */
const judge = (...command: readonly string[]) => {
  const { status, stdout, stderr } = controller.run(command, { cwd });
  return { status, said: stdout + stderr };
};

test('the collection is installed from its tarball, with its version', () => {
  const listed = controller.run([
    'ansible-galaxy',
    'collection',
    'list',
    '-p',
    controller.path('collections'),
  ]);
  expect(listed.stdout).toMatch(new RegExp(`^tsntp\\.tsntp +${VERSION.replaceAll('.', '\\.')}`, 'm'));
});

test('ansible-lint finds nothing in the production profile', () => {
  const { status, stderr, stdout } = controller.run(['ansible-lint', '--offline', '--nocolor'], {
    cwd: COLLECTION,
  });
  expect(status, stdout + stderr).toBe(0);
  expect(stderr).toContain('Passed with production profile');
});

test('ansible-test finds nothing, where it needs no download', () => {
  const chosen = SANITY.flatMap(name => ['--test', name]);
  const { status, said } = judge('ansible-test', 'sanity', '--python', '3.11', '--color', 'no', ...chosen);
  expect(status, said).toBe(0);
  for (const name of SANITY) expect(said).toContain(`Running sanity test "${name}"`);
});

test('validate-modules finds that documentation and arguments agree, and nothing but another license', () => {
  const { said } = judge(
    'env',
    `PYTHONPATH=${controller.env.PYTHONPATH}:${RULES}/validate-modules:${controller.path('collections')}`,
    ...['/usr/bin/python3', `${RULES}/validate-modules/validate.py`, '--format', 'plain', '--arg-spec'],
    ...['--collection', 'ansible_collections/tsntp/tsntp', '--collection-version', VERSION, ...MODULES],
  );
  const found = said.trim().split('\n');
  expect(found.filter(line => !line.includes('Emissing-gplv3-license'))).toEqual([]);
  expect(found).toHaveLength(MODULES.length);
});

test('pycodestyle and pylint find nothing, by the rules of ansible-test', () => {
  const style = ['--max-line-length=160', '--ignore=E402,W503,W504,E741'];
  expect(judge('pycodestyle', ...style, ...CODE)).toEqual({ status: 0, said: '' });
  const { status, said } = judge('pylint', '--rcfile', `${RULES}/pylint/config/collection.cfg`, ...CODE);
  expect(status, said).toBe(0);
});

test('ansible-doc shows the modules, the role and each of its variables', () => {
  for (const name of ['tsntp_sync', 'tsntp_info']) {
    const { status, said } = judge('ansible-doc', '-t', 'module', `tsntp.tsntp.${name}`);
    expect(status, said).toBe(0);
    expect(said).toMatch(/EXAMPLES:[\s\S]*RETURN VALUES:/);
  }
  const { stdout } = controller.run(['ansible-doc', '-t', 'role', '--json', 'tsntp.tsntp.sync']);
  const { options } = JSON.parse(stdout)['tsntp.tsntp.sync'].entry_points.main;
  const defaults = controller.run(['cat', 'roles/sync/defaults/main.yml'], { cwd }).stdout;
  for (const [, name = ''] of defaults.matchAll(/^(\w+):/gm)) expect(options).toHaveProperty(name);
});
