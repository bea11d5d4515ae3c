/**
 * Laws of host.sh, at every position: each call that changes the host is broken once. What a run has done is undone
 * when it fails or is ended; what a killed run leaves is put right by the next. A run takes a third of a second, so
 * `npm test` has them for fresh installs alone, and the system tests for every journey.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type Break, differenceOf, type MadeHost, makeHost } from '../support/made-host.ts';
import type { HostDescription } from '../support/made-host-files.ts';

export interface Journey {
  readonly host: HostDescription;
  /** What was run before, and must succeed. */
  readonly before?: readonly (readonly string[])[];
  readonly run: readonly string[];
}

const other = 'docker.io/hubblo/scaphandre:1.0.3';
const agents = {
  'docker.io/hubblo/scaphandre:1.0.2': 'measures',
  [other]: 'measures',
  scaphandre: 'measures',
  'quay.io/sustainable_computing_io/kepler:v0.11.4': 'measures',
  kepler: 'measures',
} as const;
const debian13: HostDescription = {
  system: 'debian-13',
  engines: {},
  packages: ['scaphandre', 'nftables', 'curl'],
  curl: false,
  agents,
};

/** It has as many steps as some of the others together. */
export const longestJourney = 'docker, another image and port, other networks';

export const journeys: Readonly<Record<string, Journey>> = {
  'docker, with a firewall': { host: { agents }, run: ['--allow', '10.0.0.0/8'] },
  'podman, installed with everything else': {
    host: { system: 'rocky-9', kernel: '5.14.0-570.el9.x86_64', engines: {}, curl: false, agents },
    run: ['--allow', '10.0.0.0/8,2001:db8::/32'],
  },
  'native, installed with everything else': { host: debian13, run: ['--allow', '10.0.0.0/8'] },
  [longestJourney]: {
    host: { agents },
    before: [['--allow', '10.0.0.0/8']],
    run: ['--image', other, '--port', '9000', '--allow', '10.1.0.0/16'],
  },
  'docker, no firewall any more': {
    host: { agents },
    before: [['--allow', '10.0.0.0/8']],
    run: ['--allow', 'none'],
  },
  'native, another address': { host: debian13, before: [[]], run: ['--listen', '192.0.2.8'] },
  'from docker to native': {
    host: { ...debian13, engines: { docker: 'works' } },
    before: [['--runtime', 'docker']],
    run: ['--runtime', 'native'],
  },
  'from Kepler, native, to Scaphandre with podman': {
    host: {
      ...debian13,
      packages: ['scaphandre', 'nftables', 'curl', 'podman'],
      files: { 'root/kepler': '\u007fELF of Kepler' },
    },
    before: [['--agent', 'kepler', '--kepler-binary', '/root/kepler']],
    run: ['--agent', 'scaphandre', '--runtime', 'podman'],
  },
  'from Scaphandre to Kepler': {
    host: { agents },
    before: [[]],
    run: ['--agent', 'kepler', '--port', '8080'],
  },
  'an agent that needs --privileged': {
    host: { agents: { 'docker.io/hubblo/scaphandre:1.0.2': 'needs-privileged' } },
    run: [],
  },
};

type State = Readonly<Record<string, string>>;

/** With it host.sh says that the run is complete. */
const stateFile = 'tree/var/lib/opennebula-extensions/power-agent';

const start = async ({ host: description, before }: Journey): Promise<MadeHost> => {
  const host = makeHost(description);
  for (const argv of before ?? []) {
    const { exit, stderr } = await host.run(argv);
    assert.equal(exit, 0, stderr);
  }
  return host;
};

/** What the journey leads to when nothing breaks, and by how many calls. */
const undisturbed = async (t: TestContext, journey: Journey) => {
  const host = await start(journey);
  t.after(host.remove);
  const before = host.snapshot();
  const { exit, stderr } = await host.run(journey.run);
  assert.equal(exit, 0, stderr);
  assert.notEqual(host.snapshot()[stateFile], before[stateFile], 'the end can be told from the beginning');
  return { goal: host.snapshot(), calls: host.countedCalls() };
};

const broken = async (journey: Journey, where: Break) => {
  const host = await start(journey);
  const before = host.snapshot();
  const result = await host.run(journey.run, where);
  return {
    host,
    before,
    result,
    told: `call ${where.at} broken (${where.how}), exit ${result.exit}:\n${result.actions}${result.stderr}`,
  };
};

/** Breaks each call in turn, two hosts at a time; fails with all that is wrong with the outcomes. */
const atEveryCall = async (
  calls: number,
  judge: (at: number) => Promise<readonly string[]>,
): Promise<void> => {
  const wrong: string[] = [];
  for (let at = 1; at <= calls; at += 2) {
    const pair = at < calls ? [at, at + 1] : [at];
    wrong.push(...(await Promise.all(pair.map(judge))).flat());
  }
  if (wrong.length > 0) assert.fail(wrong.join('\n'));
};

/** Whichever call fails, or ends the run: nothing is left of it. */
export const assertUndone = async (
  t: TestContext,
  journey: Journey,
  ways: readonly ('before' | 'after' | 'TERM')[],
): Promise<void> => {
  const { goal, calls } = await undisturbed(t, journey);
  await atEveryCall(calls, async (at) => {
    const found: string[] = [];
    for (const how of ways) {
      const { host, before, result, told } = await broken(journey, { at, how });
      const isDone = host.snapshot()[stateFile] !== before[stateFile];
      // What it could bear, and the previous agent that it could not take away, the next run puts right.
      if (isDone) await host.run(journey.run);
      const difference = differenceOf(host.snapshot(), isDone ? goal : before);
      const isTrue = result.exit === 0 ? isDone : !isDone || how === 'TERM';
      if (difference !== '' || !isTrue) found.push(`${told}${difference}`);
      host.remove();
    }
    return found;
  });
};

/** A run that was killed does not tell what it had installed or pulled: to the next one it was there. */
const withoutOwnership = (state: State): State =>
  Object.fromEntries(
    Object.entries(state).map(([file, text]) => [
      file,
      text.replaceAll(/^(packages|pulled|podman_restart)=.*\n/gm, ''),
    ]),
  );

/** Killed at whichever call: the next run comes to the same end. */
export const assertMended = async (t: TestContext, journey: Journey): Promise<void> => {
  const { goal, calls } = await undisturbed(t, journey);
  await atEveryCall(calls, async (at) => {
    const { host, result, told } = await broken(journey, { at, how: 'KILL' });
    const next = await host.run(journey.run);
    const difference = differenceOf(withoutOwnership(host.snapshot()), withoutOwnership(goal));
    host.remove();
    return result.signal === 'SIGKILL' && next.exit === 0 && difference === ''
      ? []
      : [`${told}next run, exit ${next.exit}:\n${next.actions}${next.stderr}${difference}`];
  });
};
