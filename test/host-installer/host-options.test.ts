/** host.sh on made hosts: what it does with which options. */
import { isOfHost, isOfLaterRun, isOfOtherAgent, testCases } from './made-host-cases.ts';

testCases(
  'host.sh with each option',
  (name) => !/^[A-Z]\d+-/.test(name) && !isOfHost(name) && !isOfLaterRun(name) && !isOfOtherAgent(name),
);
