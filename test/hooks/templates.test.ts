/** The hook templates say what the hook manager must know, in the words that oned takes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { suiteHooks } from '../../hooks/hooks.ts';
import { isRunning } from '../../lib/one/vm.ts';
import { repositoryPath } from '../support/expected.ts';

const commands = suiteHooks.map(({ command }) => `/usr/lib/one/opennebula-extensions/${command}`);
const folder = repositoryPath('hooks/templates');
const read = (name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readFileSync(`${folder}/${name}`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => /^(\w+) *= ([^= ]+)$/.exec(line)?.slice(1) ?? assert.fail(line)),
  );
const names = readdirSync(folder);
const vmTemplates = names.filter((name) => name.startsWith('vm_scrape_target-')).map(read);

/** As include/VirtualMachine.h numbers them. */
const states: Readonly<Record<string, number>> = {
  ACTIVE: 3,
  STOPPED: 4,
  SUSPENDED: 5,
  DONE: 6,
  POWEROFF: 8,
  UNDEPLOYED: 9,
};
const lcmStates: Readonly<Record<string, number>> = {
  LCM_INIT: 0,
  RUNNING: 3,
  SAVE_MIGRATE: 7,
  EPILOG_STOP: 10,
  EPILOG: 11,
  CLEANUP_RESUBMIT: 15,
  EPILOG_UNDEPLOY: 30,
};
/** What the short forms of ON stand for. */
const shortForms: Readonly<Record<string, readonly [string, string]>> = {
  RUNNING: ['ACTIVE', 'RUNNING'],
  STOP: ['STOPPED', 'LCM_INIT'],
  DONE: ['DONE', 'LCM_INIT'],
  SHUTDOWN: ['ACTIVE', 'EPILOG'],
};

test('all of them: on the front-end, by stdin, with a time limit, and a name of their own', () => {
  const templates = names.map(read);
  assert.equal(new Set(templates.map((one) => one['NAME'])).size, templates.length);
  for (const one of templates) {
    assert.equal(one['TYPE'], 'state');
    assert.equal(one['REMOTE'], 'NO');
    assert.equal(one['ARGUMENTS'], '"$TEMPLATE"');
    assert.equal(one['ARGUMENTS_STDIN'], 'yes');
    assert.equal(one['TIMEOUT'], '60', 'longer than hooks.time-limit, which is 45 s');
    assert.ok(commands.includes(one['COMMAND'] ?? ''), one['COMMAND']);
  }
  assert.deepEqual(
    [read('host_geolocation.hook')['RESOURCE'], read('host_geolocation.hook')['STATE']],
    ['HOST', 'MONITORED'],
  );
});

test('VM hooks: one for the start, one for each way in which a VM stops running', () => {
  const events = vmTemplates.map((one) => {
    assert.equal(one['RESOURCE'], 'VM');
    const [state = '', lcmState = ''] =
      one['ON'] === 'CUSTOM'
        ? [one['STATE'], one['LCM_STATE']]
        : (shortForms[one['ON'] ?? ''] ?? assert.fail(one['ON']));
    return `${state}/${lcmState}`;
  });
  assert.equal(new Set(events).size, events.length);
  const running = events.filter((event) => {
    const [state = '', lcmState = ''] = event.split('/');
    assert.ok(state in states && lcmState in lcmStates, event);
    return isRunning({ state: states[state], lcmState: lcmStates[lcmState] });
  });
  assert.deepEqual(running, ['ACTIVE/RUNNING']);

  // Each command of the recorded timeline that ends a run passes one of the events.
  const timeline = readFileSync(
    repositoryPath('test/fixtures/opennebula/hooks/vm-lifecycle-timeline.txt'),
    'utf8',
  );
  const commands = timeline.split('=== onevm ').slice(1);
  for (const command of [
    'poweroff',
    'suspend',
    'stop',
    'undeploy',
    'terminate',
    'migrate 2',
    'migrate --poff',
    'resched',
  ]) {
    const steps = commands.find((one) => one.startsWith(command)) ?? assert.fail(command);
    const passed = [...steps.matchAll(/New (?:LCM )?state is (\w+)/g)].map(([, name]) => name ?? '');
    const seen = events.some((event) => {
      const [state = '', lcmState = ''] = event.split('/');
      return (
        event !== 'ACTIVE/RUNNING' &&
        (passed.includes(state) || (state === 'ACTIVE' && passed.includes(lcmState)))
      );
    });
    assert.ok(seen, `${command}: ${passed.join(' ')}`);
  }
});
