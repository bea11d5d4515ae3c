/** How the power agents have answered since the exporter was installed: the counts survive a restart. */
import { counter, defineCollector, labelled, samplesOf } from './collector.ts';

const answersTotal = counter(
  'opennebula_power_agent_answers_total',
  'Answers of power agents, by result: ok, or why the answer was not used',
  ['agent', 'result'],
);

export const powerAgentsCollector = defineCollector({
  name: 'power_agents',
  help: 'answers of the power agents, counted',
  reads: ['answerCounts'],
  options: {},
  families: [answersTotal],
  collect: ({ answerCounts }) => {
    const counts = [...answerCounts].flatMap(([agent, results]) =>
      [...results].map(([result, count]) => ({ agent, result, count })),
    );
    const objects = labelled(counts, answersTotal.labels, ({ agent, result }) => [agent, result]);
    return [samplesOf(answersTotal, objects, ({ count }) => count)];
  },
});
