/** Failures of finding out where a host stands. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const geolocationError = defineErrors({
  GEOLOCATION_DATABASE: {
    exitCode: 78,
    message: 'cannot use the geolocation database {path}: {detail}',
    hint: 'download it again, or name another with geolocation.database; geolocation/README.md has the command',
  },
  GEOLOCATION_UNKNOWN: {
    exitCode: 1,
    message: 'no database knows where {address} is',
    hint: 'name a database with --geolocation.database, or a fixed place with geolocation.static; see geolocation/README.md',
  },
});
