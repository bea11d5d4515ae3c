import assert from 'node:assert/strict';
import test from 'node:test';
import type { Verdict } from '../../../cli/doctor/finding.ts';
import { type HookFacts, type HookTemplate, judgeHooks } from '../../../cli/doctor/hooks.ts';
import type { Unit } from '../../../cli/doctor/unit.ts';
import { type Hook, hookShape, parseHook, parseHookTemplate } from '../../../lib/one/hook.ts';
import { readObjects, recordedDocument } from '../../support/recordings.ts';

const recorded: readonly Hook[] = readObjects(
  recordedDocument('hookpool.info'),
  'HOOK',
  hookShape,
  parseHook,
);
const templateOf = (name: string): HookTemplate => {
  const hook = recorded.find((one) => one.name === name);
  assert.ok(hook !== undefined);
  return hook;
};
const unit: Unit = {
  name: 'opennebula-hem.service',
  loadState: 'loaded',
  activeState: 'active',
  dropIns: [],
  needsReload: false,
};
const judge = (facts: Partial<HookFacts>): readonly Verdict[] =>
  judgeHooks({
    templates: [],
    hooks: recorded,
    commands: new Map(),
    manager: { value: unit },
    timers: [],
    ...facts,
  });
const shown = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.map(({ level, subject, message }) => `${level} ${subject ?? '-'}: ${message}`);

test('a recorded hook is what its template says, as oned stores it', () => {
  const template = parseHookTemplate(`NAME = vm-running-stdin
TYPE=state
RESOURCE = VM
ON = RUNNING
COMMAND = "/var/lib/one/remotes/hooks/dump.sh vm-running-stdin"
ARGUMENTS = $TEMPLATE
ARGUMENTS_STDIN = YES
`);
  assert.deepEqual(shown(judge({ templates: [template] })), [
    'ok -: the hook manager runs',
    'ok dump.sh vm-running-stdin: 1 hook registered as the package has them; none has run yet',
  ]);
});

test('the name and the work: missing, under another name, twice', () => {
  const template = templateOf('vm-done');
  const others = recorded.filter(({ name }) => name !== 'vm-done');
  const again: Hook = { ...template, id: 99, name: 'again', executions: [] };
  const told = (hooks: readonly Hook[]) => shown(judge({ templates: [template], hooks })).slice(1);
  assert.deepEqual(told(others), ['warning dump.sh vm-done: none of its hooks is registered']);
  assert.deepEqual(told([...others, again]), ['warning vm-done: registered under the name again']);
  assert.deepEqual(told([...recorded, again]), [
    'warning again: does the same as vm-done: each event is handled twice',
  ]);
});

test('of a part that is registered each missing hook is an error', () => {
  const command = '/x/hooks/vm_scrape_target';
  const template = (name: string, state: string): HookTemplate => ({
    name,
    attributes: new Map([
      ['COMMAND', command],
      ['STATE', state],
    ]),
  });
  const [one, two] = [template('one', 'DONE'), template('two', 'STOPPED')];
  const hooks = [{ ...one, id: 1, executions: [] }];
  const [, missing] = judge({ templates: [one, two], hooks });
  assert.deepEqual(missing, {
    level: 'error',
    subject: 'two',
    message: 'not registered',
    next: 'oneext install --only prometheus',
    group: 'hooks not registered',
  });
});

test('REMOTE hooks run where we are not; a command that is not there is an error', () => {
  const template = templateOf('vm-done');
  const command = template.attributes.get('COMMAND') ?? '';
  const remote = {
    ...template,
    id: 7,
    executions: [],
    attributes: new Map(template.attributes).set('REMOTE', 'YES'),
  };
  const commands = new Map([[command, { problem: 'ENOENT', kind: 'missing' }]] as const);
  const verdicts = judge({ templates: [template], hooks: [remote], commands });
  assert.deepEqual(shown(verdicts).slice(1), [
    `error ${command}: there is no such file`,
    'error vm-done: REMOTE is YES: it would run on the hypervisors',
  ]);
});

test('runs: one that failed is a warning, nothing but failures an error, and what was said stands there', () => {
  const template = templateOf('vm-done');
  const run = (id: number, exitCode: number | undefined, stderr = '') => ({
    id,
    exitCode,
    stderr,
    timestamp: undefined,
  });
  const told = (executions: Hook['executions']) =>
    shown(judge({ templates: [template], hooks: [{ ...template, id: 7, executions }] })).at(1);
  assert.match(told([run(1, 1), run(2, 0)]) ?? '', /^ok/);
  assert.equal(
    told([run(1, 0), run(2, 75, 'INFO: a\nERROR: vm_scrape_target: no\nthe hint\n')]),
    'warning vm-done: the last run, at an unknown time, ended with 75: ERROR: vm_scrape_target: no (1 of the last 2 failed)',
  );
  assert.match(
    told([run(1, 255), run(2, 255, 'Timeout executing x')]) ?? '',
    /^error .*Timeout executing x \(2 of the last 2/,
  );
  assert.match(told([run(1, undefined)]) ?? '', /^warning .*ended with no exit code/);
});

test('hooks of the first generation are told once, also under our name', () => {
  const old: Hook = {
    id: 3,
    name: 'host_geolocation',
    attributes: new Map([['COMMAND', '/usr/share/one/geo.rb']]),
    executions: [],
  };
  const ours: HookTemplate = {
    name: 'host_geolocation',
    attributes: new Map([['COMMAND', '/x/hooks/host_geolocation']]),
  };
  const verdicts = judge({ templates: [ours], hooks: [old] });
  const warnings = verdicts.filter(({ level }) => level !== 'ok');
  assert.deepEqual(
    warnings.map(({ message, next }) => [message, next]),
    [['hook 3 is of the first generation: ours do its work', 'oneext install --only geolocation']],
  );
});

test('the hook manager: down is an error, no systemd is not', () => {
  const down = judge({ manager: { value: { ...unit, activeState: 'inactive' } } })[0];
  assert.equal(down?.level, 'error');
  assert.equal(
    judge({ manager: { problem: 'spawn systemctl ENOENT', kind: 'missing' } })[0]?.level,
    'skipped',
  );
  assert.equal(judge({ manager: { value: { ...unit, loadState: 'not-found' } } })[0]?.level, 'skipped');
});

test('D10-timers: one that does not run is an error, one of a part that is not installed is none', () => {
  const timer = (part: string, changes: Partial<Unit> = {}) => ({
    value: { ...unit, name: `oneext-${part}-sync.timer`, ...changes },
  });
  const told = (...timers: HookFacts['timers']) =>
    judge({ timers }).filter(({ message }) => message.includes('timer'));
  const absent = timer('geolocation', { loadState: 'not-found', activeState: 'inactive' });
  assert.deepEqual(shown(told(timer('prometheus'), timer('geolocation'))), [
    'ok -: the timers run that make up for events that no hook saw',
  ]);
  assert.deepEqual(shown(told(timer('prometheus'), absent)), [
    'ok -: the timer runs that makes up for events that no hook saw',
  ]);
  assert.deepEqual(told(absent), []);
  const stopped = told(timer('prometheus', { activeState: 'inactive' }), timer('geolocation'));
  assert.deepEqual(shown(stopped), [
    'error -: a timer that makes up for events that no hook saw does not run: oneext-prometheus-sync.timer is inactive (what it would have mended stays as it is)',
  ]);
  assert.equal(stopped[0]?.next, 'systemctl start oneext-prometheus-sync.timer');
  assert.deepEqual(told({ problem: 'spawn systemctl ENOENT', kind: 'missing' }), []);
});
