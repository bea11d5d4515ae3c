/** What hosts draw when they are idle, and what each busy CPU adds. */
import { defineCollector, gauge, labelled, samplesOf } from './collector.ts';

const learnt = 'by a model that is learnt from its power';
const idleWatts = gauge('opennebula_host_idle_watts', `What the host draws when no CPU is busy, ${learnt}`, [
  'one_host_id',
]);
const wattsPerCpu = gauge('opennebula_host_watts_per_cpu', `What each busy CPU of the host adds, ${learnt}`, [
  'one_host_id',
]);
const modelError = gauge(
  'opennebula_host_model_error_ratio',
  'What the model of the host misses, as a part of the mean power of the host',
  ['one_host_id'],
);

export const hostModelCollector = defineCollector({
  name: 'host_model',
  help: 'what hosts draw when they are idle, and what each busy CPU adds',
  reads: ['hostModels'],
  options: {},
  families: [idleWatts, wattsPerCpu, modelError],
  collect: ({ hostModels }) => {
    const hosts = labelled(hostModels, ['one_host_id'], ([hostId]) => [String(hostId)]);
    return [
      samplesOf(idleWatts, hosts, ([, model]) => model.idleWatts),
      samplesOf(wattsPerCpu, hosts, ([, model]) => model.wattsPerCpu),
      samplesOf(modelError, hosts, ([, model]) => model.errorRatio),
    ];
  },
});
