/** A login: the whole process of the driver, its memory, and what a hostile token can make of both. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Lab } from './lab.ts';
import { type Bench, type Finding, formatMegabytes, formatMs, measureInTurn, timeMs } from './measure.ts';

const driver = path.resolve('dist/auth/biscuit/authenticate');
const requestOf = (name: string): string => path.resolve('test/auth-biscuit/testcases', name, 'input.xml');

/** What a driver in shell does at least: it reads each field with xmllint, and verifies nothing. */
const shellDriver = `#!/bin/sh
request=$(cat)
field() { printf '%s' "$request" | xmllint --xpath "string(/AUTHN/$1)" -; }
user=$(field USERNAME) password=$(field PASSWORD) secret=$(field SECRET)
[ -n "$secret" ] && echo "biscuit $user $password"
`;

const readFile = (file: string): string => {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // the process has ended
  }
};

/** The highest memory of a process that was so far, in bytes. */
const highestMemory = (pid: number): number =>
  Number(/^VmHWM:\s*(\d+) kB/m.exec(readFile(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
const childrenOf = (pid: number): readonly number[] =>
  readFile(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);
const familyOf = (pid: number): readonly number[] => [pid, ...childrenOf(pid).flatMap(familyOf)];

/** The highest memory that one process of the driver ever had, looked at every millisecond. */
const memoryOf = (request: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(driver, { stdio: [openSync(request, 'r'), 'ignore', 'ignore'] });
    let highest = 0;
    const timer = setInterval(() => {
      highest = Math.max(highest, ...familyOf(child.pid ?? 0).map(highestMemory));
    }, 1);
    child.once('error', reject);
    child.once('close', () => {
      clearInterval(timer);
      resolve(highest);
    });
  });

const memoryLimit = 256e6;

const measureMemory = async (what: string, request: string): Promise<Finding> => {
  const bytes = await memoryOf(request);
  return {
    what: `highest memory of a process, ${what}`,
    ours: formatMegabytes(bytes),
    comparedWith: '',
    target: { text: 'under 256 MB', met: bytes < memoryLimit },
  };
};

const measureHostile = async (what: string, name: string): Promise<Finding> => {
  const input = requestOf(name);
  const ms = await timeMs(
    () =>
      new Promise((resolve, reject) => {
        const child = spawn(driver, { stdio: [openSync(input, 'r'), 'ignore', 'ignore'] });
        child.once('error', reject);
        child.once('close', (code) => (code === 77 ? resolve(code) : reject(new Error(`exit ${code}`))));
      }),
  );
  return { what: `denial of a hostile token, ${what}`, ours: formatMs(ms), comparedWith: '' };
};

export const createAuthBiscuit = (lab: Lab): Bench => ({
  name: 'auth-biscuit',
  method: `Whole processes, one after another, from their start to their end: the driver as oned starts it with a
recorded request (its launcher, Node, the token library); a POSIX shell driver that reads the same request with three
\`xmllint\` and verifies nothing. Forty rounds; what its processor time is to an empty script stands in start-up. Memory: VmHWM of each process of the
driver, looked at every millisecond. Hostile tokens: those of test/auth-biscuit/testcases.`,
  async run() {
    mkdirSync(lab.folder, { recursive: true });
    const shell = path.join(lab.folder, 'shell-driver');
    writeFileSync(shell, shellDriver, { mode: 0o755 });
    const request = requestOf('seed');
    const run = (...argv: readonly string[]): Promise<string> => lab.processes.runToEnd(argv, request);
    const granted = await run(driver);
    const times = await measureInTurn(40, {
      driver: () => run(driver),
      shell: () => run(shell).catch(() => 'xmllint is missing'),
    });
    const shellRuns = (await run(shell).catch(() => '')) === granted;
    return [
      {
        what: 'a good token is granted',
        ours: formatMs(times.driver),
        comparedWith: shellRuns
          ? `shell with three xmllint: ${formatMs(times.shell)}`
          : 'shell with three xmllint: not measured, xmllint (libxml2-utils) is missing',
        ...(shellRuns ? { ratio: times.driver / times.shell } : {}),
      },
      await measureMemory('a good token', request),
      await measureMemory('a token that joins texts', requestOf('hostile-texts')),
      await measureMemory('a token that joins facts', requestOf('hostile-rule')),
      await measureHostile('a join that never ends (2 s of processor time)', 'hostile-rule'),
      await measureHostile('texts that never end (128 MiB)', 'hostile-texts'),
    ];
  },
});
