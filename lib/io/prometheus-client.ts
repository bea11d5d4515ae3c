/** Asks Prometheus what it runs with. */
import { readMapping } from '../mapping.ts';
import {
  type ActiveTarget,
  type LoadedRule,
  parseJobs,
  parseRules,
  parseTargets,
} from '../prometheus/api-answers.ts';
import { downloadText } from './download-text.ts';

/** Each fails with DownloadFailure, or with an Error where the answer is not one of Prometheus. */
export interface PrometheusClient {
  readTargets(): Promise<readonly ActiveTarget[]>;
  /** Names of the jobs of the configuration that it runs with. */
  readJobs(): Promise<readonly string[]>;
  readRules(): Promise<readonly LoadedRule[]>;
}

/** @param url of Prometheus itself, with its path where it has one */
export const createPrometheusClient = (url: string, timeoutMs: number): PrometheusClient => {
  const ask = async (question: string): Promise<unknown> => {
    const text = await downloadText(new URL(`${url}/api/v1/${question}`), timeoutMs);
    const { status, data } = readMapping(JSON.parse(text));
    if (status !== 'success') throw new Error('the answer is not one of Prometheus');
    return data;
  };
  return {
    readTargets: async () => parseTargets(await ask('targets?state=active')),
    readJobs: async () => parseJobs(await ask('status/config')),
    readRules: async () => parseRules(await ask('rules')),
  };
};
