/** What is wrong with the addresses on which the exporter is to listen. */
import { formatListenAddress, type ListenAddress } from '../lib/config/listen-address.ts';

interface ListenSettings {
  readonly 'web.listen-address': readonly ListenAddress[];
  readonly 'guest.listen-address': readonly ListenAddress[];
}

/** VMs must not reach the page of metrics: their port is another one, whatever the addresses are. */
export const listenProblems = ({
  'web.listen-address': web,
  'guest.listen-address': guest,
}: ListenSettings): readonly string[] => [
  ...(web.length === 0 ? ['web.listen-address is an empty list but must name one address at least'] : []),
  ...guest.flatMap((address) => {
    const same = web.find(({ port }) => port === address.port && port !== 0);
    return same === undefined
      ? []
      : [
          `--guest.listen-address is ${formatListenAddress(address)} but must have another port than ` +
            `--web.listen-address (${formatListenAddress(same)}): VMs must not reach the metrics of the cloud`,
        ];
  }),
];
