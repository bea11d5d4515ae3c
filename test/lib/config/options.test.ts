import assert from 'node:assert/strict';
import test from 'node:test';
import {
  booleanOption,
  choiceOption,
  durationOption,
  readEnvironment,
  readFileOptions,
  readFlags,
  resolveOptions,
} from '../../../lib/config/options.ts';

const table = {
  'power.agent-timeout': durationOption({ help: 'h', default: '5s' }, 100, 60_000),
  'power.unmeasured': choiceOption({ help: 'h', default: 'omit' }, ['omit', 'zero']),
  'collector.vm': booleanOption({ help: 'h', default: 'true' }),
};

const resolve = (argv: readonly string[], environment: Record<string, string> = {}, document?: unknown) => {
  const flags = readFlags(table, argv);
  const file = readFileOptions(table, document, 'f.yaml', ['tunnel']);
  const resolved = resolveOptions(table, [flags.given, readEnvironment(table, environment), file.given]);
  return {
    ...resolved,
    problems: [...flags.problems, ...file.problems, ...resolved.problems],
    unknown: file.unknown,
  };
};

test('flags win over the environment, the environment over the file, the file over defaults', () => {
  const document = { power: { agent_timeout: '3s', unmeasured: 'zero' } };
  const environment = { ONEEXT_POWER_AGENT_TIMEOUT: '2s' };
  assert.equal(resolve([]).values['power.agent-timeout'], 5000);
  assert.equal(resolve([], {}, document).values['power.agent-timeout'], 3000);
  assert.equal(resolve([], environment, document).values['power.agent-timeout'], 2000);
  const all = resolve(['--power.agent-timeout=1s'], environment, document);
  assert.deepEqual(all.values, {
    'power.agent-timeout': 1000,
    'power.unmeasured': 'zero',
    'collector.vm': true,
  });
});

test('forms of flags', () => {
  assert.equal(resolve(['--power.agent-timeout', '1s']).values['power.agent-timeout'], 1000);
  assert.equal(resolve(['--no-collector.vm']).values['collector.vm'], false);
  assert.equal(resolve(['--collector.vm']).values['collector.vm'], true);
  assert.equal(resolve(['--collector.vm=false']).values['collector.vm'], false);
});

test('every problem is found, with the place and the value', () => {
  const { problems } = resolve(
    ['--what', '--no-power.unmeasured', 'word', '--power.agent-timeout=1ms'],
    { ONEEXT_COLLECTOR_VM: 'yes' },
    { power: { unmeasured: ['a'] } },
  );
  assert.deepEqual(problems, [
    'unknown argument --what',
    'unknown argument --no-power.unmeasured',
    'unknown argument word',
    'power.unmeasured in f.yaml must be one value, not a list',
    '--power.agent-timeout is "1ms" but must be a duration from 100ms to 60000ms, such as 5s or 1m30s',
    'ONEEXT_COLLECTOR_VM is "yes" but must be true or false',
  ]);
  assert.deepEqual(resolve(['--power.agent-timeout']).problems, ['--power.agent-timeout needs a value']);
});

test('keys that nothing reads are named, those of other programs are not', () => {
  const document = {
    power: { agent_timeuot: 1, unmeasured: null },
    tunnel: { type: 'auto' },
    x: { __proto__: 1 },
  };
  assert.deepEqual(resolve([], {}, { power: { agent_timeuot: 1 }, tunnel: { type: 'auto' } }).unknown, [
    'power.agent_timeuot',
  ]);
  assert.equal(resolve([], {}, document).problems.length, 1, 'an empty value is not a choice');
  assert.match(resolve([], {}, ['a']).problems.join(), /must hold sections/);
});
