// The forms and workflows under .github as GitHub would read them: valid YAML without doubtful spots, with the parts that
// GitHub asks for; the workflows run what package.json has, on what package.json supports.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { assertDisposable } from './windows/disposable.ts';

const { scripts, engines } = JSON.parse(readFileSync('package.json', 'utf8'));

const filesIn = (folder: string) => readdirSync(folder).map(file => `${folder}/${file}`);
const WORKFLOWS = filesIn('.github/workflows');
const FORMS = filesIn('.github/ISSUE_TEMPLATE').filter(file => !file.endsWith('config.yml'));

/** Throws where YAML 1.2 is broken or doubtful, as with a key that is there twice. */
function read(file: string) {
  const document = parseDocument(readFileSync(file, 'utf8'), { strict: true, uniqueKeys: true });
  expect([...document.errors, ...document.warnings], file).toEqual([]);
  return document.toJS();
}

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly 'runs-on': string;
  readonly 'timeout-minutes': number;
  readonly steps: readonly Step[];
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> };
}

/** The jobs of a workflow, but for those that call another workflow. */
const jobsOf = (file: string): readonly Job[] =>
  Object.values<Job>(read(file).jobs).filter(job => !('uses' in job));
const runsOf = (file: string) => jobsOf(file).flatMap(({ steps }) => steps.map(({ run = '' }) => run));

describe.each(WORKFLOWS)('the workflow %s', file => {
  it('has what GitHub asks for, and no right that it does not name', () => {
    const workflow = read(file);
    expect(Object.keys(workflow)).toEqual(expect.arrayContaining(['name', 'on', 'permissions', 'jobs']));
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const job of jobsOf(file)) {
      expect(job['runs-on']).toEqual(expect.any(String));
      expect(job['timeout-minutes']).toEqual(expect.any(Number));
      for (const step of job.steps) expect(['run', 'uses'].filter(key => key in step)).toHaveLength(1);
    }
  });

  it('uses actions of a named version, and scripts that package.json has', () => {
    for (const { uses } of jobsOf(file).flatMap(({ steps }) => steps))
      if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
    const called = runsOf(file).flatMap(run => [...run.matchAll(/npm (?:run )?([\w:]+)/g)]);
    const own = called.map(([, name = '']) => name).filter(name => !['ci', 'pack', 'publish'].includes(name));
    expect(own).not.toEqual([]);
    for (const name of own) expect(Object.keys(scripts)).toContain(name);
  });

  it('installs what a release is made with before it makes one', () => {
    const source = readFileSync('scripts/release/tool.js', 'utf8');
    const tools = [...source.matchAll(/^ {2}\S+: '([\w+-]+)',$/gm)].map(([, name = '']) => name);
    expect(tools).toContain('libdeflate-tools');
    // The images of GitHub have the others.
    const absent = tools.filter(name => !['tar', 'gzip', 'zip', 'dpkg', 'libc-bin'].includes(name));
    for (const { steps } of jobsOf(file)) {
      const runs = steps.map(({ run = '' }) => run);
      const release = runs.findIndex(run => /npm run release\b/.test(run));
      if (release < 0) continue;
      const installed = runs.slice(0, release).find(run => run.includes('apt-get install')) ?? '';
      expect(installed.split(' ')).toEqual(expect.arrayContaining(absent));
    }
  });
});

describe('the workflow of the tests', () => {
  const file = '.github/workflows/test.yml';

  it('covers three systems and each supported line of Node', () => {
    const { os, node } = jobsOf(file)[0]!.strategy!.matrix;
    expect(os).toEqual(['ubuntu-latest', 'macos-latest', 'windows-latest']);
    expect(node).toEqual([20, 22, 24, 26]);
    expect(engines.node).toBe('^20.19.0 || >=22.12.0');
  });

  it('runs npm test, the clock of each system, and on Linux all of .ci/run', () => {
    const runs = runsOf(file).join('\n');
    for (const command of ['npm test', 'node bin/tsntp.js status', 'bash .ci/run'])
      expect(runs).toContain(command);
  });
});

describe('the job that sets the clock of Windows', () => {
  const { windows, archives } = read('.github/workflows/test.yml').jobs;
  const runs: readonly string[] = windows.steps.map(({ run = '' }) => run);

  it('runs the tests of test/windows last, on the archive that another job has made', () => {
    expect(windows).toMatchObject({ 'runs-on': 'windows-latest', needs: 'archives' });
    expect(runs.at(-1)).toBe('npm run test:windows');
    expect(runs.join('\n')).toMatch(
      /install\.ps1 .*-win-x64\.zip.*\n.*Expand-Archive .*-win-x64\.zip.*\n.*install\.cmd/,
    );
    const given = archives.steps.flatMap((step: Step) => (step.uses?.includes('upload') ? [step.with] : []));
    const taken = windows.steps.flatMap((step: Step) => (step.uses?.includes('download') ? [step.with] : []));
    expect(given).toMatchObject([
      { name: 'archives', path: expect.stringContaining('release/*-win-x64.zip\n') },
    ]);
    expect(taken).toEqual([{ name: 'archives', path: 'release' }]);
  });

  it('sets no other clock: its tests refuse any other machine', () => {
    const tests = filesIn('test/windows').filter(file => file.endsWith('.windows.ts'));
    expect(tests.length).toBeGreaterThan(1);
    for (const file of tests)
      expect(readFileSync(file, 'utf8')).toMatch(/beforeAll\(async \(\) => \{\n {2}assertDisposable\(\);/);
    expect(() => assertDisposable()).toThrow('on Windows in a workflow, and nowhere else');
  });
});

describe('the workflow of a release', () => {
  it('tests before it makes the artifacts, tests them, publishes with provenance, and attaches them with checksums', () => {
    const runs = runsOf('.github/workflows/release.yml').join('\n');
    const { tests, release } = read('.github/workflows/release.yml').jobs;
    expect(tests).toEqual({ uses: './.github/workflows/test.yml' });
    expect(read('.github/workflows/test.yml').on).toHaveProperty('workflow_call');
    expect(release.needs).toBe('tests');
    const steps = ['npm test', 'npm run release', 'npm run test:release'];
    const order = [...steps, 'npm publish --provenance', 'gh release create'];
    const places = order.map(command => runs.indexOf(command));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(runs).toMatch(/gh release create .* release\/\*/);
  });
});

describe.each(FORMS)('the form %s', file => {
  it('has a name, a description, and fields with a label and an id of their own', () => {
    const { name, description, body } = read(file);
    expect([name, description].map(text => typeof text)).toEqual(['string', 'string']);
    const fields = body.filter(({ type }: { type: string }) => type !== 'markdown');
    expect(fields.length).toBeGreaterThan(1);
    for (const { type, id, attributes } of fields) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type);
      expect(id).toMatch(/^[\w-]+$/);
      expect(attributes.label).toEqual(expect.any(String));
    }
    expect(new Set(fields.map(({ id }: { id: string }) => id)).size).toBe(fields.length);
  });
});

describe('the form for bugs', () => {
  it('asks for version, platform, command line and the output of -d', () => {
    const { body } = read('.github/ISSUE_TEMPLATE/bug.yml');
    const required = body.filter(
      ({ validations }: { validations?: { required: boolean } }) => validations?.required,
    );
    expect(required.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['version', 'platform', 'command', 'trace']),
    );
  });
});

describe('the jobs for macOS', () => {
  const { archives, macos } = read('.github/workflows/test.yml').jobs;
  const runs: readonly string[] = macos.steps.map(({ run = '' }) => run);
  const placeOf = (command: string) => runs.findIndex(run => run.includes(command));

  it('run on both processors that Macs have', () => {
    expect(macos.strategy.matrix.os).toEqual(['macos-15', 'macos-15-intel']);
  });

  it('run each test of test/macos, and set the clock last, as root, without the time service of macOS', () => {
    const tests = readdirSync('test/macos').flatMap(file => /^(.*)\.macos\.ts$/.exec(file)?.[1] ?? []);
    expect(tests).toEqual(['archive', 'read', 'set']);
    for (const test of tests) expect(placeOf(`npm run test:macos -- ${test}`)).toBeGreaterThan(0);
    expect(runs.at(-1)).toMatch(/^sudo .*npm run test:macos -- set$/);
    expect(placeOf('systemsetup -setusingnetworktime off')).toBe(runs.length - 2);
    expect(runs.filter(run => run.includes('sudo'))).toEqual(runs.slice(-2));
  });

  it('unpack the archives that another job has made', () => {
    expect(macos.needs).toBe('archives');
    const [given] = archives.steps.flatMap((step: Step) =>
      step.uses?.includes('upload') ? [step.with] : [],
    );
    const [taken] = macos.steps.flatMap((step: Step) => (step.uses?.includes('download') ? [step.with] : []));
    expect(given).toMatchObject({ name: taken.name, path: expect.stringContaining('release/*-darwin-*\n') });
    expect(taken.path).toBe('release');
  });
});
