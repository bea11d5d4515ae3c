/** `oneext geolocation`: where hosts stand; what the hook host_geolocation does, for all hosts at once. */
import { formatGeolocation } from '../geolocation/coordinates.ts';
import { geolocationError } from '../geolocation/errors.ts';
import { geolocationOptions } from '../geolocation/geolocation-options.ts';
import { lookupCoordinates } from '../geolocation/io/lookup-coordinates.ts';
import { syncGeolocation } from '../geolocation/io/sync-geolocation.ts';
import { isPublicAddress, parseAddress } from '../geolocation/public-address.ts';
import { requireStaticCoordinates } from '../geolocation/static-coordinates.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';
import { connectOne } from '../lib/io/connect-one.ts';
import { cleanLine } from '../lib/text/terminal-text.ts';
import { checkOption, defineVerb, usageError, type VerbGroup } from './command.ts';
import { cliError } from './errors.ts';

export const lookupOptions = {
  'config.file': suiteOptions['config.file'],
  'geolocation.database': geolocationOptions['geolocation.database'],
};

const lookup = defineVerb({
  name: 'lookup',
  summary: 'show the coordinates of an IPv4 or IPv6 address',
  operands: 'ADDRESS',
  details:
    'They go to stdout in the form of the attribute GEOLOCATION. The exit code is 1 if no database knows the address.',
  options: lookupOptions,
  run: async ({ operands, options }, terminal) => {
    const [text = ''] = operands;
    const address = parseAddress(text);
    if (address === undefined) throw usageError(`${JSON.stringify(text)} is no IPv4 or IPv6 address`);
    const databases = options['geolocation.database'];
    if (!isPublicAddress(address))
      terminal.writeNote(`${address} is not public: the hook would not look it up.\n`);
    const { places, missing } = await lookupCoordinates([address], databases);
    for (const path of missing) terminal.writeNote(`There is no database at ${path}.\n`);
    const [place] = places;
    if (place === undefined) throw geolocationError('GEOLOCATION_UNKNOWN', { address });
    terminal.writeResult(`${formatGeolocation([place])}\n`);
  },
});

const sync = defineVerb({
  name: 'sync',
  summary: 'bring GEOLOCATION of all hosts in line with where they stand now',
  operands: '',
  details: `It does for each host what the hook host_geolocation does when a host is added. Run it for hosts that were there
before the hook, and after a change of geolocation.static or of the database. Hosts that are disabled or offline in
OpenNebula are left out. It says for each host what was done, and why.`,
  options: { check: checkOption, ...suiteOptions, ...geolocationOptions },
  run: async ({ options, document }, terminal) => {
    const locate = {
      staticCoordinates: requireStaticCoordinates(document),
      databases: options['geolocation.database'],
      sshTimeoutMs: options['geolocation.ssh-timeout'],
    };
    const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
    const hosts = await syncGeolocation(client, locate, options.check ? 'compare' : 'change');
    for (const { line } of hosts) terminal.writeResult(`${cleanLine(line)}\n`);
    const count = hosts.filter(({ result }) => result === 'set').length;
    if (options.check && count > 0) {
      throw cliError('WOULD_CHANGE', { what: `GEOLOCATION of ${count} host${count === 1 ? '' : 's'}` });
    }
  },
});

export const geolocation: VerbGroup = { about: 'Where hosts stand.', verbs: [lookup, sync] };
