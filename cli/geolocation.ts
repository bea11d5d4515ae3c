/** `oneext geolocation`: tries what the hook host_geolocation does. */
import { formatGeolocation } from '../geolocation/coordinates.ts';
import { geolocationError } from '../geolocation/errors.ts';
import { geolocationOptions } from '../geolocation/geolocation-options.ts';
import { lookupCoordinates } from '../geolocation/io/lookup-coordinates.ts';
import { isPublicAddress, parseAddress } from '../geolocation/public-address.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';
import { defineVerb, usageError, type VerbGroup } from './command.ts';

export const lookupOptions = {
  'config.file': suiteOptions['config.file'],
  'geolocation.database': geolocationOptions['geolocation.database'],
};

const lookup = defineVerb({
  name: 'lookup',
  summary: 'show the coordinates of an IPv4 or IPv6 address',
  operands: 'ADDRESS',
  details: 'They go to stdout as GEOLOCATION has them. An address that no database knows: exit code 1.',
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

export const geolocation: VerbGroup = { about: 'Where hosts stand.', verbs: [lookup] };
