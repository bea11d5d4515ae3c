/**
 * How often each agent has answered, and how: what `opennebula_power_agent_answers_total` counts.
 *
 * The document is JSON: `{"version": 1, "answers": [{"agent": "scaphandre", "result": "ok", "count": 17}]}`.
 */
import { isMapping, parseMapping } from '../../lib/mapping.ts';
import type { PowerVerdict } from './agent.ts';

/** By agent, by `ok` or the reason why the answer was not used. */
export type AnswerCounts = ReadonlyMap<string, ReadonlyMap<string, number>>;

const noAnswers: AnswerCounts = new Map();

/** The counts after one more answer. */
export const countAnswer = (
  counts: AnswerCounts,
  { agent, verdict }: { readonly agent: string; readonly verdict: PowerVerdict },
): AnswerCounts => {
  const result = verdict.sound ? 'ok' : verdict.reason;
  const ofAgent = new Map(counts.get(agent));
  ofAgent.set(result, (ofAgent.get(result) ?? 0) + 1);
  return new Map([...counts, [agent, ofAgent]]);
};

export const formatAnswerCounts = (counts: AnswerCounts): string => {
  const answers = [...counts].flatMap(([agent, results]) =>
    [...results].map(([result, count]) => ({ agent, result, count })),
  );
  return `${JSON.stringify({ version: 1, answers })}\n`;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** `undefined` for what is no such document. */
export const parseAnswerCounts = (text: string): AnswerCounts | undefined => {
  const document = parseMapping(text);
  if (document === undefined || document['version'] !== 1 || !Array.isArray(document['answers']))
    return undefined;
  const counts = new Map<string, Map<string, number>>();
  for (const entry of document['answers']) {
    const { agent, result, count } = isMapping(entry) ? entry : {};
    if (typeof agent !== 'string' || typeof result !== 'string' || !isCount(count)) return undefined;
    counts.set(agent, (counts.get(agent) ?? new Map<string, number>()).set(result, count));
  }
  return counts;
};

/** What is kept of them between two starts of the exporter. */
export const answerCountsForm = {
  fileName: 'power-agent-answers.json',
  initial: noAnswers,
  format: formatAnswerCounts,
  parse: parseAnswerCounts,
};
