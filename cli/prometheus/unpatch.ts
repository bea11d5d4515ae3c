/** `oneext prometheus unpatch`: prometheus.yml without what only this suite needs. */
import { agentJobs } from '../../collectors/agents/agents.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { readConfigFile } from '../../prometheus-patches/io/config-file.ts';
import { ruleFileOf } from '../../prometheus-patches/io/rule-file.ts';
import { configOptions } from '../../prometheus-patches/prometheus-options.ts';
import { unpatchConfig } from '../../prometheus-patches/unpatch-config.ts';
import { defineVerb } from '../command.ts';
import { applyChange, changeOptions } from './change-config.ts';

const unpatchTable = {
  'config.file': suiteOptions['config.file'],
  ...configOptions,
};

export const unpatch = defineVerb({
  name: 'unpatch',
  summary:
    "take out of Prometheus' configuration what only this suite needs, and tell Prometheus to read it again",
  operands: '',
  details: `Use it before you remove the suite. It removes the job sr_exporter and the jobs of power agents with everything in
them, and our rules from rule_files. Targets of other jobs stay. OpenNebula is not asked. The old file is kept, as with patch.`,
  options: { ...changeOptions, ...unpatchTable },
  run: async ({ options }, terminal) => {
    const path = options['prometheus.config'];
    const file = await readConfigFile(path);
    const rules = ruleFileOf(path, options['prometheus.rules-file']);
    const unpatched = unpatchConfig(file.text, rules, agentJobs);
    await applyChange(file, unpatched, options, terminal);
  },
});
