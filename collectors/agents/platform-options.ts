/** The flags of the collector `platform_power`. */
import { listOption, type OptionSpec, type OptionValues } from '../../lib/config/options.ts';
import { httpUrlMustBe, parseHttpUrl } from '../../lib/http/http-url.ts';

const urlOption: OptionSpec<string> = {
  help: 'URL of a central Telegraf that asks the BMCs of several hosts, over IPMI or Redfish',
  form: 'URL',
  parse: (text) => (parseHttpUrl(text) === undefined ? { mustBe: httpUrlMustBe } : { value: text }),
};

export interface BmcOfHost {
  readonly bmc: string;
  /** Name of the host in OpenNebula. */
  readonly host: string;
}

const bmcOption: OptionSpec<BmcOfHost> = {
  help: "which host a BMC belongs to, for a central Telegraf: the label server, source or address of the BMC, and the host's NAME in OpenNebula; the host attribute POWER_BMC says the same",
  form: 'BMC=HOST',
  parse: (text) => {
    const [bmc = '', host = '', ...rest] = text.split('=').map((word) => word.trim());
    return bmc === '' || host === '' || rest.length > 0
      ? { mustBe: "what Telegraf calls the BMC, =, and the host's name, such as 192.0.2.11=kvm1" }
      : { value: { bmc, host } };
  },
};

export const platformOptions = {
  'power.platform-url': listOption(urlOption),
  'power.platform-bmc': listOption(bmcOption),
};
export type PlatformSettings = OptionValues<typeof platformOptions>;
