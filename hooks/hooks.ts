/** The hooks of the suite: the one list that the installer, the doctor and the tests of the packages read. */
import type { SuiteHook } from '../front-end-installer/hooks.ts';

/** The files hooks/templates/HOOK.hook and hooks/templates/HOOK-EVENT.hook register the hook. */
export const suiteHooks: readonly SuiteHook[] = [
  { hook: 'host_geolocation', part: 'geolocation', command: 'hooks/host_geolocation' },
  { hook: 'vm_scrape_target', part: 'prometheus', command: 'hooks/vm_scrape_target' },
];
