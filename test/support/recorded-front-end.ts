/** A front-end that plays recorded answers back, byte for byte, and what a test puts in their place. */
import { httpAnswer, methodOf, type RawAnswer, type RawServer, startRawServer } from './raw-server.ts';
import { recordedAnswer, recordedBody } from './recordings.ts';

const recordings = new Map([
  ['one.vmpool.info', 'vmpool.info-notdone'],
  ['one.vmpool.infoextended', 'vmpool.infoextended-notdone'],
  ['one.vmpool.infoset', 'vmpool.infoset'],
  ['one.hostpool.info', 'hostpool.info'],
  ['one.datastorepool.info', 'datastorepool.info'],
  ['one.vnpool.info', 'vnpool.info'],
  ['one.zonepool.info', 'zonepool.info'],
  ['one.zone.raftstatus', 'zone.raftstatus'],
]);

export const startRecordedFrontEnd = (
  replacements: (method: string) => RawAnswer | undefined = () => undefined,
  port = 0,
): Promise<RawServer> =>
  startRawServer((request) => {
    const method = methodOf(request);
    const replacement = replacements(method);
    if (replacement !== undefined) return replacement;
    const name = recordings.get(method);
    return { bytes: recordedAnswer(name ?? 'error-badmethod') };
  }, port);

/** The recorded host pool, but with KVM hosts: the recorded cloud had dummy drivers. They may have a GRID_ZONE. */
export const kvmHostPool = (gridZone = ''): RawAnswer => ({
  bytes: httpAnswer(
    '200 OK',
    recordedBody('hostpool.info')
      .toString('latin1')
      .replaceAll('[CDATA[dummy]]', '[CDATA[kvm]]')
      .replaceAll('&lt;TEMPLATE&gt;', `&lt;TEMPLATE&gt;&lt;GRID_ZONE&gt;${gridZone}&lt;/GRID_ZONE&gt;`),
  ),
});
