/** The screen of `oneext top`, in a real terminal (tmux). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { displayWidthOf, formatDisplayText } from '../../lib/text/display-text.ts';
import { repositoryPath } from '../support/expected.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { startTerminal, type TmuxTerminal, waitUntil } from '../support/tmux.ts';
import { formatMadePage, type MadeVm } from '../support/top-cloud.ts';
import { startTopLab } from '../support/top-lab.ts';

const oneext = repositoryPath('dist/oneext');

/** What a program may leave behind in a terminal. */
const modesOf = (terminal: TmuxTerminal): string =>
  terminal.ask('#{alternate_on} #{cursor_flag} #{wrap_flag} #{pane_title}');

/** The table's rows. */
const rowsOf = (screen: string): readonly string[] =>
  screen
    .split('\n')
    .slice(5)
    .filter((line) => /^ *\d/.test(line));

/** A page that a test changes, and takes away. */
const startPage = async (t: TestContext, vms: readonly MadeVm[]) => {
  const hosts = [
    { id: 0, watts: 100 },
    { id: 1, agentReason: 'timeout' },
  ];
  const server = http.createServer((_, response) => response.end(formatMadePage(vms, hosts)));
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  t.after(() => server.close());
  return {
    environment: {
      ONEEXT_EXPORTER_URL: `http://127.0.0.1:${port}/metrics`,
      ONEEXT_CONFIG_FILE: '/dev/null',
      ONE_AUTH: '/nonexistent',
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
    reopen: () => listen(port),
  };
};
const threeVms: readonly MadeVm[] = [
  { id: 1, name: 'web', hostId: 0, watts: 20 },
  { id: 2, name: 'db', hostId: 0, owner: 'bob', watts: 30 },
  { id: 3, name: 'dark', hostId: 1, reason: 'agent_unsound' },
];

/** A terminal in which it runs, and what was seen before. */
const startTop = async (t: TestContext, environment: Readonly<Record<string, string>>, options = '') => {
  const terminal = await startTerminal(t, environment);
  terminal.enter('clear; stty -a > $HOME/before; echo what was there');
  await terminal.waitFor(/^what was there\nshell>$/m);
  const modes = modesOf(terminal);
  const pidFile = path.join(temporaryFolder(t), 'pid');
  terminal.enter(`sh -c 'echo $$ > ${pidFile}; exec ${oneext} top --interval 1s ${options}'`);
  await terminal.waitFor(/^oneext top .*data \d+ s old/m);
  /** Once the shell is back: its screen and the terminal's modes are as they were. */
  const assertRestored = async (status: number): Promise<void> => {
    terminal.enter(`echo status $?; stty -a | cmp - $HOME/before && echo same modes`);
    const screen = await terminal.waitFor(/^same modes$/m);
    assert.match(screen, /^what was there\n/);
    assert.match(screen, new RegExp(`^status ${status}$`, 'm'));
    assert.doesNotMatch(screen, /WATTS/);
    assert.equal(modesOf(terminal), modes);
  };
  return { terminal, pid: Number(readFileSync(pidFile, 'utf8')), assertRestored };
};

test('the cloud is shown, ordered, filtered, scrolled, resized; q gives the screen back', async (t) => {
  const { environment } = await startTopLab(t);
  const { terminal, assertRestored } = await startTop(t, environment);
  const first = await terminal.waitFor(/kvm00[0-3]/);
  assert.match(first, /^Hosts +[\d.]+ W {2}4 of 4 measured$/m);
  assert.match(first, /1-18 of 20$/m);
  assert.equal(rowsOf(first).length, 18);
  assert.equal(terminal.ask('#{alternate_on} #{cursor_flag}'), '1 0');
  const head = terminal
    .styledScreen()
    .split('\n')
    .find((line) => line.includes('WATTS'));
  assert.match(head ?? '', /^\x1b\[7m *ID/);

  terminal.press('N');
  const byName = await terminal.waitFor(/by name$/m);
  const names = rowsOf(byName).map((row) => Number(/vm-(\d+)$/.exec(row)?.[1]));
  assert.deepEqual(
    names,
    names.toSorted((a, b) => a - b),
  );
  terminal.press('r');
  await terminal.waitFor((seen) => /reversed/.test(seen) && rowsOf(seen)[0]?.endsWith(`vm-19`) === true);

  terminal.press('o', 'user1x', 'BSpace');
  await terminal.waitFor(/^Owner: user1$/m);
  terminal.press('Enter');
  const filtered = await terminal.waitFor(/owner user1$/m);
  assert.ok(rowsOf(filtered).length > 0 && rowsOf(filtered).every((row) => / user1 /.test(row)));
  terminal.press('h', 'nowhere', 'Escape');
  await terminal.waitFor((seen) => !/^Host: /m.test(seen));
  terminal.press('c');
  await terminal.waitFor(/1-18 of 20$/m);

  terminal.press('Down');
  await terminal.waitFor(/ 2-19 of 20$/m);
  terminal.press('NPage');
  await terminal.waitFor(/ 3-20 of 20$/m);
  terminal.press('?');
  await terminal.waitFor(/^KEYS$/m);
  terminal.press('x');
  await terminal.waitFor(/WATTS/);

  terminal.resize(130, 40);
  const large = await terminal.waitFor((seen) => /GROUP/.test(seen) && / 1-20 of 20$/m.test(seen));
  assert.equal(rowsOf(large).length, 20);
  terminal.resize(50, 12);
  await terminal.waitFor((seen) => / 3-8 of 20$/m.test(seen) && seen.split('\n').length <= 13);
  terminal.resize(80, 24);
  await terminal.waitFor(/ 3-20 of 20$/m);
  terminal.press('q');
  await terminal.waitFor(/^shell>$/m);
  await assertRestored(0);
});

test('E2-a terminal that is closed while its programs still write leaves no folder behind', async (t) => {
  let folder = '';
  await t.test('they write on for a while, whatever ends the terminal', async (each) => {
    const terminal = await startTerminal(each, {});
    terminal.enter('echo "home: $HOME"');
    folder = /^home: (\S+)$/m.exec(await terminal.waitFor(/^home: \//m))?.[1] ?? '';
    terminal.enter(
      `(trap '' HUP TERM; for i in $(seq 300); do mkdir -p "$HOME/late/$i"; done) & echo started`,
    );
    await terminal.waitFor(/^started$/m);
  });
  assert.match(folder, /oneext-tmux-/);
  assert.ok(!existsSync(folder));
});

test('however it ends, the terminal is as it was', async (t) => {
  const { environment } = await startPage(t, threeVms);
  const planted = path.join(temporaryFolder(t), 'planted.cjs');
  writeFileSync(planted, "process.on('SIGUSR2', () => { throw new Error('planted'); });\n");
  const ends: readonly (readonly [string, NodeJS.Signals | undefined, number])[] = [
    ['Ctrl-C', undefined, 0],
    ['SIGTERM', 'SIGTERM', 143],
    ['SIGINT', 'SIGINT', 130],
    ['SIGHUP', 'SIGHUP', 129],
    ['a fault', 'SIGUSR2', 1],
  ];
  for (const [name, signal, status] of ends) {
    await t.test(name, async (each) => {
      const { terminal, pid, assertRestored } = await startTop(each, {
        ...environment,
        NODE_OPTIONS: `--require=${planted}`,
      });
      if (signal === undefined) terminal.press('C-c');
      else process.kill(pid, signal);
      await terminal.waitFor(/^shell>$/m);
      if (name !== 'a fault') return assertRestored(status);
      assert.match(terminal.screen(), /Error: planted/);
      terminal.enter('clear; echo what was there');
      await terminal.waitFor(/^what was there\nshell>$/m);
      await assertRestored(0);
    });
  }
});

test('Ctrl-Z gives the screen back, and fg goes on', async (t) => {
  const { environment } = await startPage(t, threeVms);
  const { terminal, assertRestored } = await startTop(t, environment);
  terminal.press('C-z');
  await terminal.waitFor(/Stopped[\s\S]*^shell>$/m);
  assert.equal(terminal.ask('#{alternate_on} #{cursor_flag}'), '0 1');
  terminal.enter('fg');
  await terminal.waitFor(/^oneext top[\s\S]*WATTS[\s\S]* web$/m);
  assert.equal(terminal.ask('#{alternate_on} #{cursor_flag}'), '1 0');
  terminal.press('N');
  await terminal.waitFor(/by name/);
  terminal.press('q');
  await terminal.waitFor(/^shell>$/m);
  await assertRestored(0);
});

test('a terminal that goes takes it along', async (t) => {
  const { environment } = await startPage(t, threeVms);
  const { terminal, pid } = await startTop(t, environment);
  terminal.hangUp();
  const isGone = (): boolean => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };
  await waitUntil(isGone, () => `process ${pid} still runs`);
});

test('what an exporter that goes away has said stays, and is called stale', async (t) => {
  const page = await startPage(t, threeVms);
  const { terminal } = await startTop(t, page.environment);
  const fresh = await terminal.waitFor(/ web$/m);
  assert.match(fresh, /^ *3 +- agent: timeout +/m);
  assert.match(fresh, /1 agent down: #1 timeout$/m);
  assert.deepEqual(
    rowsOf(fresh).map((row) => row.trim().split(' ')[0]),
    ['2', '1', '3'],
  );
  await page.close();
  const stale = await terminal.waitFor(/STALE: data [2-9] s old/);
  assert.match(stale, /^cannot read http:\/\/127\.0\.0\.1:\d+\/metrics: connect ECONNREFUSED/m);
  assert.deepEqual(rowsOf(stale).length, 3);
  await page.reopen();
  await terminal.waitFor((seen) => !seen.includes('STALE') && !seen.includes('ECONNREFUSED'));
});

test('names that would control the terminal are text, and widths are the terminal’s', async (t) => {
  const names = [
    '\x1b[2J\x1b[10;10Hgotcha',
    '\x1b]0;title\x07',
    '\x9b2J\r\n\t',
    '漢字サーバー',
    'e\u0301te\u0301',
    '👩‍🚀👍🏽🇸🇪',
    '한국어',
    'กำ',
  ];
  const vms = names.map((name, id) => ({ id, hostId: 0, name, owner: name, watts: 50 - id }));
  const { environment } = await startPage(t, vms);
  const { terminal, assertRestored } = await startTop(t, environment);
  const screen = await terminal.waitFor(/gotcha/);
  const rows = rowsOf(screen);
  assert.equal(rows.length, names.length);
  for (const [at, name] of names.entries()) {
    assert.ok(rows[at]?.endsWith(` #0   ${formatDisplayText(name)}`.trimEnd()), rows[at]);
    const shown = formatDisplayText(name).replaceAll(/[#,}]/g, '.');
    assert.equal(terminal.ask(`#{w:#{l:${shown}}}`), String(displayWidthOf(shown)), shown);
  }
  assert.doesNotMatch(terminal.ask('#{pane_title}'), /title/);
  terminal.press('q');
  await terminal.waitFor(/^shell>$/m);
  await assertRestored(0);
});
