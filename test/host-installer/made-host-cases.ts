/**
 * Cases of host.sh on made hosts. A case is a folder: case.json says what the host is, what was run before and what is
 * run; expected.* what came of it. An expected file that is not there is an empty one.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { differenceOf, makeHost } from '../support/made-host.ts';
import type { HostDescription } from '../support/made-host-files.ts';

interface Case {
  readonly host?: HostDescription;
  /** Runs that must succeed, and changes of the host, before the run that counts. */
  readonly before?: readonly (readonly string[] | HostDescription)[];
  readonly run: readonly string[];
  readonly exit: number;
  /** Files of the host whose text is expected, too. */
  readonly files?: readonly string[];
}

const assertExpected = (file: string, actual: string): void => {
  if (process.env['UPDATE_EXPECTED'] === '1') {
    if (actual === '') rmSync(file, { force: true });
    else writeFileSync(file, actual);
  }
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : '';
  assert.equal(actual, expected, `${file} differs; npm run test:update rewrites it`);
};

const isRun = (step: readonly string[] | HostDescription): step is readonly string[] => Array.isArray(step);

const folder = repositoryPath('test/host-installer/testcases');

/** What decides in it is the agent, which is another than Scaphandre, or Telegraf beside it. */
export const isOfOtherAgent = (name: string): boolean =>
  /kepler|onepower|telegraf|behind-the-front/.test(name);

/** What decides in it is the host: its system, CPU, kernel, counters or engines. */
export const isOfHost = (name: string): boolean =>
  /^(?:agent|cpu|foreign|host|hostname|kernel|modules|rapl|runtime|system)-/.test(name) &&
  !isOfOtherAgent(name);

/** What decides in it is an earlier run. */
export const isOfLaterRun = (name: string): boolean =>
  /^(?:again|change|uninstall|upgrade)\b/.test(name) && !isOfOtherAgent(name);

/** @param isWanted takes some of the folders: a file of tests has a time limit as a whole */
export const testCases = (title: string, isWanted: (name: string) => boolean): void => {
  describe(title, { concurrency: 4 }, () => {
    for (const name of readdirSync(folder).filter(isWanted)) {
      it(`case ${name}`, async (t) => {
        const {
          host: description,
          before,
          run,
          exit,
          files,
        } = JSON.parse(readFileSync(path.join(folder, name, 'case.json'), 'utf8')) as Case;
        const host = makeHost(description);
        t.after(host.remove);
        for (const step of before ?? []) {
          if (!isRun(step)) host.change(step);
          else {
            const result = await host.run(step);
            assert.equal(result.exit, 0, `before: ${step.join(' ')}: ${result.stderr}`);
          }
        }
        const earlier = host.snapshot();
        const result = await host.run(run);
        assert.equal(result.exit, exit, result.stderr);
        for (const stream of ['stdout', 'stderr', 'actions'] as const) {
          assertExpected(path.join(folder, name, `expected.${stream}`), result[stream]);
        }
        for (const file of files ?? []) {
          const text = host.snapshot()[`tree/${file}`] ?? 'not there\n';
          assertExpected(path.join(folder, name, `expected.${path.basename(file)}`), text);
        }
        if (exit !== 0)
          assert.equal(differenceOf(host.snapshot(), earlier), '', 'what failed leaves no trace');
      });
    }
  });
};
