/** host.sh on made hosts: the agents besides Scaphandre, and Telegraf beside an agent. */
import { isOfOtherAgent, testCases } from './made-host-cases.ts';

testCases('host.sh with each agent', (name) => isOfOtherAgent(name));
