/** Whether our rules are there for Prometheus to read. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { RuleFile } from '../rule-file.ts';

/** `entry` as the option has it: relative to the folder of Prometheus' configuration, or absolute. */
export const ruleFileOf = (configFile: string, entry: string): RuleFile => ({
  entry,
  folder: path.resolve(path.dirname(configFile)),
});

/** The rules, if their file exists: Prometheus refuses a configuration that names one that does not. */
export const findRuleFile = async (configFile: string, entry: string): Promise<RuleFile | undefined> => {
  const rules = ruleFileOf(configFile, entry);
  const found = await stat(path.resolve(rules.folder, entry)).catch(() => undefined);
  return found?.isFile() === true ? rules : undefined;
};
