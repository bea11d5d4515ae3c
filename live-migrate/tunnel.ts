/**
 * The tunnel of one migration: its name, VNI and addresses follow from the VM's id, so that migrations need no
 * common state.
 */
export const vxlanPort = 4789;

export interface Tunnel {
  readonly vmId: number;
  /** The bridge of Open vSwitch, or the kernel's vxlan device. */
  readonly device: string;
  /** The port in the bridge; the kernel has none. */
  readonly port: string;
  readonly vni: number;
  /** Addresses inside of the tunnel, in a /30 of its own. */
  readonly network: string;
  readonly sourceAddress: string;
  readonly destinationAddress: string;
  /** Of the source's end and of the destination's, where the kernel makes the tunnel. */
  readonly macs: readonly [string, string];
}

const devicePrefix = 'omig';
const deviceOf = (vmId: number): string => `${devicePrefix}${vmId}`;

/** The VM's id of a device that was made for a migration. */
export const vmIdOfDevice = (device: string): number | undefined => {
  const digits = /^omig(\d{1,8})$/.exec(device)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** By which an address that a watchdog puts on the loopback is known as ours, and as of which VM. */
export const resetLabelOf = (vmId: number): string => `lo:${deviceOf(vmId)}`;

/** The VM's id of an address with that label. */
export const vmIdOfResetLabel = (label: string): number | undefined =>
  label.startsWith('lo:') ? vmIdOfDevice(label.slice('lo:'.length)) : undefined;

/** Locally administered, and as unlike any other as the VM's id; the last bit tells the ends apart. */
const macOf = (vmId: number, end: 0 | 1): string =>
  `024f${(vmId * 2 + end).toString(16).padStart(8, '0')}`.replaceAll(/(..)(?=.)/g, '$1:');

/** 198.18.0.0/15, which RFC 2544 sets aside and nothing routes: room for 32768 networks of four addresses. */
const firstAddress = ((198 << 24) | (18 << 16)) >>> 0;
const networkCount = 2 ** 15;
/** The upper quarter of 24 bits: OpenNebula numbers the VXLANs of virtual networks from below. */
const firstVni = 0xc00000;
const vniCount = 2 ** 22;

/** Coprime to both counts, and large: the second choice of a VM is not the first one of its neighbour. */
const stride = 2521;

const formatIpv4 = (value: number): string =>
  [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');

/** `undefined` for anything but four decimal numbers. */
export const parseIpv4 = (text: string): number | undefined => {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((value, part) => (value * 256 + Number(part)) >>> 0, 0);
};

/** @param attempt 0 for the first choice */
export const candidateOf = (vmId: number, attempt: number): Tunnel => {
  const number = vmId + attempt * stride;
  const network = firstAddress + 4 * (number % networkCount);
  return {
    vmId,
    device: deviceOf(vmId),
    port: `${devicePrefix}p${vmId}`,
    vni: firstVni + (number % vniCount),
    network: `${formatIpv4(network)}/30`,
    sourceAddress: formatIpv4(network + 1),
    destinationAddress: formatIpv4(network + 2),
    macs: [macOf(vmId, 0), macOf(vmId, 1)],
  };
};
