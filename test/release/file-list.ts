// A root → its files, as lists that tests compare, and what is enabled in it.

import { execFileSync } from 'node:child_process';

/** What package managers, the kernel and systemd write themselves. */
const OTHERS =
  /^\/(?:dev|proc|run|sys|tmp)\/|^\/var\/(?:lib\/(?:dpkg|rpm|systemd)|log|cache)\/|^\/usr\/lib\/sysimage\/rpm\/|\/\.rpmdb\/|^\/etc\/(?:machine-id|\.pwd\.lock|\.updated)$|^\/var\/\.updated$/;

/** The paths of all files, links and folders of a root, but those that others write. */
export function filesOf(root: string): readonly string[] {
  // Not what is mounted in it.
  const found = execFileSync('find', ['.', '-xdev', '-mindepth', '1'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const paths = found.split('\n').filter(path => path !== '');
  return paths
    .map(path => path.slice(1))
    .filter(path => !OTHERS.test(path))
    .sort();
}

/** The files that a root has and did not have before. */
export function added(root: string, before: readonly string[]): readonly string[] {
  const known = new Set(before);
  return filesOf(root).filter(path => !known.has(path));
}

/** What makes tsntp run by itself: links by which its units are enabled, and cron's files. */
export function enabledIn(root: string): readonly string[] {
  return filesOf(root).filter(path => /\.(?:wants|requires|upholds)\/tsntp|\/cron[^/]*\/.*tsntp/.test(path));
}
