/** How migrations of the lab end, and what breaks them in between. */
import assert from 'node:assert/strict';
import { type Migration, type MigrationLab, ticksOn, until } from '../../simulator/migration-lab/lab.ts';

export const lastLine = (migration: Migration): string =>
  migration.output().stderr.trim().split('\n').at(-1) ?? '';

/** Memory or a disk is on its way. */
const isMoving = (lab: MigrationLab, id: number): boolean =>
  /(?:Data|File) processed: +[1-9]/.test(lab.virsh('hostA', 'domjobinfo', `one-${id}`));

/** Hosts reach the front-end, and no longer each other. */
export const cutLink = (lab: MigrationLab, state: 'on' | 'off'): void => {
  for (const host of lab.hosts) lab.wire('bridge', 'link', 'set', 'dev', `oxm-${host}`, 'isolated', state);
};

export const assertAtSource = async (lab: MigrationLab, id: number): Promise<void> => {
  await until('no job is left', () => /Job type: +None/.test(lab.virsh('hostA', 'domjobinfo', `one-${id}`)));
  assert.ok(lab.whereIs(id).includes('hostA'), 'the guest is not at the source');
  assert.ok(await ticksOn(lab, id), 'it was booted again');
};

export const assertRetryWorks = async (lab: MigrationLab, id: number): Promise<void> => {
  // The destination's libvirt needs its keepalive's time to see that the source has gone.
  await until(
    'the destination is ready',
    () => !/one-/.test(lab.virsh('hostB', 'list', '--all', '--name')),
    60_000,
  );
  const retry = lab.startMigration(id, 'hostA', 'hostB');
  assert.equal(await retry.ended, 0, retry.output().stderr);
  assert.deepEqual(lab.whereIs(id), ['hostB']);
  for (const host of lab.hosts) assert.deepEqual(lab.leftOn(host), []);
};

/** What would keep a test from ending: more than the limits of live-migrate/README.md one after another. */
const longestMs = 150_000;

/** Its exit status, as soon as it ends. */
export const endOf = async (migration: Migration, limitMs = longestMs): Promise<number | null> => {
  try {
    await until('migrate_tunnel ends', () => migration.child.exitCode !== null, limitMs);
  } catch (cause) {
    throw new Error(`migrate_tunnel has not ended; it said: ${migration.output().stderr}`, { cause });
  }
  return migration.ended;
};

export const assertClean = (lab: MigrationLab): void => {
  for (const host of lab.hosts) assert.deepEqual(lab.leftOn(host), [], `left on ${host}`);
};

/** From now on a program of a host never ends if its words match the shell's pattern; the result lets it go. */
export const hang = (lab: MigrationLab, host: string, program: string, pattern: string): (() => void) => {
  const real = `/opt/real-${program.replaceAll('/', '-')}`;
  const script = `#!/bin/sh
case "$*" in ${pattern}) while :; do sleep 3600; done ;; esac
exec ${real} "$@"
`;
  lab.root(host, 'sh', '-c', 'cp "$(readlink -f "$1")" "$2"', 'hang', program, real);
  lab.root(host, 'mv', program, `${program}.real`);
  lab.root(host, 'sh', '-c', 'printf %s "$1" > "$2" && chmod 755 "$2"', 'hang', script, program);
  return () => void lab.root(host, 'mv', `${program}.real`, program);
};

export const startMoving = async (
  lab: MigrationLab,
  id: number,
  ...flags: readonly string[]
): Promise<Migration> => {
  const migration = lab.startMigration(id, 'hostA', 'hostB', flags);
  await until('memory is on its way', () => isMoving(lab, id));
  return migration;
};
