/** host.sh on made hosts: what it does on which host, with which options. */
import { testCases } from './made-host-cases.ts';

testCases('host.sh', (name) => !/^[A-Z]\d+-/.test(name));
