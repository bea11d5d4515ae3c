/** host.sh on made hosts: what it does on which host. */
import { isOfHost, testCases } from './made-host-cases.ts';

testCases('host.sh on each kind of host', (name) => !/^[A-Z]\d+-/.test(name) && isOfHost(name));
