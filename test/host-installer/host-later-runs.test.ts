/** host.sh on made hosts: what it does where it has run before. */
import { isOfLaterRun, testCases } from './made-host-cases.ts';

testCases('host.sh once more', isOfLaterRun);
