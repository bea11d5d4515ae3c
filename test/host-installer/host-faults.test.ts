/** host.sh on made hosts: what was found in the field, by the number of its report. */
import { testCases } from './made-host-cases.ts';

testCases('host.sh, faults of the field', (name) => /^[A-Z]\d+-/.test(name));
