import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type UnsoundReason, unsoundReasons } from '../../../collectors/agents/agent.ts';
import {
  type AnswerCounts,
  answerCountsForm,
  countAnswer,
} from '../../../collectors/agents/answer-counts.ts';
import type { AgentAnswer } from '../../../collectors/collector.ts';
import { powerAgentsCollector } from '../../../collectors/power-agents.ts';
import { encodeFamilies } from '../../../lib/prometheus/exposition.ts';
import { defaultSettings, emptyDocuments } from '../../support/documents.ts';
import { familyOf } from '../../support/samples.ts';

const reading = { method: undefined, domains: undefined, hostPower: undefined, isDoubtful: false };
const answer = (agent: string, reason?: UnsoundReason): AgentAnswer => ({
  agent,
  verdict:
    reason === undefined
      ? { sound: true, version: '1', reading }
      : { sound: false, version: '', reason, detail: '' },
});
const reasons = Object.keys(unsoundReasons) as UnsoundReason[];
const answers = fc.array(
  fc
    .record({
      agent: fc.constantFrom('scaphandre', 'other'),
      reason: fc.constantFrom(undefined, ...reasons),
    })
    .map(({ agent, reason }) => answer(agent, reason)),
);
const { format, parse, initial } = answerCountsForm;
const sumOf = (counts: AnswerCounts): number =>
  [...counts.values()].flatMap((results) => [...results.values()]).reduce((sum, count) => sum + count, 0);

test('answers by agent and result', () => {
  const given = [
    answer('scaphandre'),
    answer('scaphandre'),
    answer('scaphandre', 'timeout'),
    answer('other'),
  ];
  const page = encodeFamilies(
    powerAgentsCollector.collect(
      { ...emptyDocuments, answerCounts: given.reduce(countAnswer, initial) },
      defaultSettings,
    ),
    'openmetrics',
  ).toString();
  assert.match(page, /^# TYPE opennebula_power_agent_answers counter$/m);
  assert.deepEqual(familyOf(page, 'opennebula_power_agent_answers_total'), {
    '{agent="scaphandre",result="ok"}': 2,
    '{agent="scaphandre",result="timeout"}': 1,
    '{agent="other",result="ok"}': 1,
  });
});

test('law: every answer is counted once, and what is written is read again', () => {
  fc.assert(
    fc.property(answers, (given) => {
      const counts = given.reduce(countAnswer, initial);
      assert.equal(sumOf(counts), given.length);
      assert.deepEqual(parse(format(counts)), counts);
    }),
  );
});

test('law: what is no such document is refused, and nothing throws', () => {
  const text = format(countAnswer(initial, answer('scaphandre')));
  for (const other of [
    text.slice(0, 20),
    text.replace('1', '2'),
    text.replace('"count":1', '"count":-1'),
    text.replace('"count":1', '"count":1e300'),
    text.replace('"agent"', '"agents"'),
    'null',
    '[]',
  ])
    assert.equal(parse(other), undefined, other);
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (odd) => assert.equal(parse(odd), undefined)));
});
