/** The hooks: registered as their templates say, and how their last runs ended. */
import { formerNameOf, isFirstGeneration, suiteHookOf } from '../../front-end-installer/hooks.ts';
import { suiteHooks } from '../../hooks/hooks.ts';
import type { Hook, HookExecution } from '../../lib/one/hook.ts';
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict, warning } from './finding.ts';
import { judgeUnit, type Unit } from './unit.ts';

export type HookTemplate = Pick<Hook, 'name' | 'attributes'>;

export interface HookFacts {
  /** Of the package; COMMAND is where this installation has it. */
  readonly templates: readonly HookTemplate[];
  /** Of OpenNebula; those of ours with their executions. */
  readonly hooks: readonly Hook[];
  /** Of our commands, those that cannot be started, and why. */
  readonly commands: ReadonlyMap<string, Attempt<true>>;
  readonly manager: Attempt<Unit>;
  /** Of the package: they make up for events that no hook saw. */
  readonly timers: readonly Attempt<Unit>[];
}

const installOf = (command: string): string => {
  const part = suiteHookOf(suiteHooks, command)?.part;
  return part === undefined ? 'oneext install' : `oneext install --only ${part}`;
};
/** The programs are the package's: an installed oneext has no others to bring them back from. */
const reinstall = 'install the package again; from the tarball: its own oneext install';
const commandOf = ({ attributes }: HookTemplate): string => attributes.get('COMMAND') ?? '';

const firstGenerationPart = (hook: Hook): string =>
  commandOf(hook).endsWith('/geo.rb') ? 'geolocation' : 'prometheus';

const differencesOf = (template: HookTemplate, hook: Hook): readonly string[] => {
  const names = new Set([...template.attributes.keys(), ...hook.attributes.keys()]);
  return [...names].flatMap((name) => {
    const [wanted, found] = [template.attributes.get(name) ?? '', hook.attributes.get(name) ?? ''];
    // What is not asked for, and is the default, does not differ.
    const isSame = wanted.toLowerCase() === found.toLowerCase() || (wanted === '' && found === 'NO');
    return isSame ? [] : [`${name} is ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`];
  });
};

const whenOf = ({ timestamp }: HookExecution): string =>
  timestamp === undefined ? 'at an unknown time' : `at ${new Date(timestamp * 1000).toISOString()}`;

/** The last line that tells something: a code of an error follows its reason. */
const reasonOf = ({ stderr }: HookExecution): string => {
  const lines = stderr.trim().split('\n');
  return lines.findLast((line) => /^ERROR:/.test(line)) ?? lines.at(-1) ?? '';
};

/** One failed run may be that of one host; if all have failed, it is the hook. */
const judgeRuns = ({ id, name, executions }: Hook): Verdict | undefined => {
  const last = executions.at(-1);
  if (last === undefined || last.exitCode === 0) return undefined;
  const failed = executions.filter(({ exitCode }) => exitCode !== 0).length;
  const message =
    `the last run, ${whenOf(last)}, ended with ${last.exitCode ?? 'no exit code'}: ${reasonOf(last)}` +
    ` (${failed} of the last ${executions.length} failed)`;
  const next = `onehook show ${id}; then onehook retry ${id} ${last.id}`;
  return failed === executions.length && failed > 1
    ? failure(message, next, { subject: name })
    : warning(message, next, { subject: name });
};

const judgeTemplate = (template: HookTemplate, hooks: readonly Hook[]): readonly Verdict[] => {
  const { name } = template;
  const next = installOf(commandOf(template));
  const found: Verdict[] = [];
  const hook = hooks.find((one) => one.name === name);
  const sameWork = hooks.filter((one) => one !== hook && differencesOf(template, one).length === 0);
  for (const other of sameWork) {
    const message = `does the same as ${name}: each event is handled twice`;
    if (hook !== undefined)
      found.push(warning(message, `onehook delete ${other.id}`, { subject: other.name }));
  }
  if (hook === undefined) {
    const [other] = sameWork;
    return other === undefined
      ? [failure('not registered', next, { subject: name, group: 'hooks not registered' })]
      : [
          warning(
            `registered under ${other.name === formerNameOf(template) ? 'its former name' : 'the name'} ${other.name}`,
            next,
            {
              subject: name,
              group: 'hooks under other names',
            },
          ),
        ];
  }
  // It has a line of its own.
  if (isFirstGeneration(hook)) return found;
  const differences = differencesOf(template, hook);
  if (hook.attributes.get('REMOTE')?.toUpperCase() === 'YES')
    found.push(failure('REMOTE is YES: it would run on the hypervisors', next, { subject: name }));
  else if (differences.length > 0)
    found.push(warning(`differs from its template: ${differences.join(', ')}`, next, { subject: name }));
  const runs = judgeRuns(hook);
  return runs === undefined ? found : [...found, runs];
};

/** All hooks of one command: a part of the suite, which may not be wanted at all. */
const judgeCommand = (
  command: string,
  templates: readonly HookTemplate[],
  { hooks, commands }: HookFacts,
): readonly Verdict[] => {
  const subject = command.split('/').at(-1) ?? command;
  const next = installOf(command);
  const ours = new Set(templates.map(({ name }) => name));
  if (!hooks.some((hook) => ours.has(hook.name) || commandOf(hook) === command))
    return [warning('none of its hooks is registered', next, { subject })];
  const found = templates.flatMap((template) => judgeTemplate(template, hooks));
  const start = commands.get(command);
  const all =
    start === undefined || 'value' in start
      ? found
      : [judgeProblem(start, reinstall, { subject: command }), ...found];
  const events = templates.length === 1 ? '1 hook' : `${templates.length} hooks`;
  if (all.length > 0) return all;
  const hasRun = hooks.some((hook) => ours.has(hook.name) && hook.executions.length > 0);
  const runs = hasRun ? 'no last run failed' : 'none has run yet';
  return [ok(`${events} registered as the package has them; ${runs}`, { subject })];
};

const judgeFirstGeneration = (hooks: readonly Hook[]): readonly Verdict[] =>
  hooks.filter(isFirstGeneration).map((hook) => {
    const next = `oneext install --only ${firstGenerationPart(hook)}`;
    return warning(`hook ${hook.id} is of the first generation: ours do its work`, next, {
      subject: hook.name,
    });
  });

const isInstalled = (timer: Attempt<Unit>): boolean =>
  !('value' in timer) || timer.value.loadState !== 'not-found';

/** Those of parts that are not installed say nothing. */
const judgeTimers = (timers: readonly Attempt<Unit>[]): readonly Verdict[] => {
  const verdicts = timers
    .filter(isInstalled)
    .map((timer) =>
      judgeUnit(
        'a timer that makes up for events that no hook saw',
        timer,
        'what it would have mended stays as it is',
      ),
    );
  const others = verdicts.filter(({ level }) => level === 'error');
  if (others.length > 0 || verdicts.length === 0) return others;
  const [first] = verdicts;
  if (first?.level !== 'ok') return []; // the line of the hook manager says that systemd does not answer
  return [
    ok(
      verdicts.length === 1
        ? 'the timer runs that makes up for events that no hook saw'
        : 'the timers run that make up for events that no hook saw',
    ),
  ];
};

export const judgeHooks = (facts: HookFacts): readonly Verdict[] => {
  const { templates, hooks, manager, timers } = facts;
  const commands = new Set(templates.map(commandOf));
  return [
    judgeUnit(
      'the hook manager',
      manager,
      'events while it is down are lost; afterwards: oneext prometheus sync',
    ),
    ...judgeTimers(timers),
    ...(templates.length === 0 ? [skipped('the package beside oneext has no templates of hooks')] : []),
    ...[...commands].flatMap((command) => {
      const own = templates.filter((template) => commandOf(template) === command);
      return judgeCommand(command, own, facts);
    }),
    ...judgeFirstGeneration(hooks),
  ];
};
