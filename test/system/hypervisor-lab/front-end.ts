/**
 * A front-end on a made hypervisor, as a program: the recorded answers, with VM 524 in the place of VM 8, which runs on
 * h2, a KVM host. Listens on port 2633 until it is ended.
 */
import { httpAnswer } from '../../support/raw-server.ts';
import { kvmHostPool, startRecordedFrontEnd } from '../../support/recorded-front-end.ts';
import { recordedBody } from '../../support/recordings.ts';

const withVm524 = (name: string) => ({
  bytes: httpAnswer(
    '200 OK',
    recordedBody(name).toString('latin1').replace('&lt;VM&gt;&lt;ID&gt;8&lt;', '&lt;VM&gt;&lt;ID&gt;524&lt;'),
  ),
});

await startRecordedFrontEnd((method) => {
  if (method === 'one.hostpool.info') return kvmHostPool();
  if (method === 'one.vmpool.info') return withVm524('vmpool.info-notdone');
  if (method === 'one.vmpool.infoextended') return withVm524('vmpool.infoextended-notdone');
  return undefined;
}, 2633);
