/** A front-end whose VMs a test changes while it runs. Requests are read by the package xmlrpc. */
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { type Answer, createFrontEnd } from '../../simulator/front-end.ts';

export interface LivingVm {
  readonly id: number;
  readonly state: number;
  readonly lcmState: number;
  readonly hostId?: number;
  readonly name?: string;
  readonly owner?: string;
  readonly address?: string;
  readonly ports?: string;
  /** Stands in the user template as it is: oned does not escape what ends a CDATA section. */
  readonly rawAttribute?: string;
}

const cdata = (name: string, value: string): string =>
  `<${name}><![CDATA[${value.replaceAll(']]>', ']] >')}]]></${name}>`;

/** The document of a VM, as far as we read it, in oned's order. */
export const formatLivingVm = (vm: LivingVm): string =>
  `<VM><ID>${vm.id}</ID><UNAME>${vm.owner ?? 'alice'}</UNAME><NAME>${vm.name ?? `vm-${vm.id}`}</NAME>` +
  `<STATE>${vm.state}</STATE><LCM_STATE>${vm.lcmState}</LCM_STATE><STIME>1</STIME><TEMPLATE>` +
  `<CONTEXT>${cdata('ETH0_IP', vm.address ?? '')}</CONTEXT><MEMORY>128</MEMORY>` +
  `<NIC>${cdata('IP', vm.address ?? '')}${cdata('NIC_ID', '0')}</NIC></TEMPLATE>` +
  `<USER_TEMPLATE>${vm.ports === undefined ? '' : cdata('PROMETHEUS_EXPORTER', vm.ports)}` +
  `${vm.rawAttribute === undefined ? '' : `<NOTE><![CDATA[${vm.rawAttribute}]]></NOTE>`}</USER_TEMPLATE>` +
  `<HISTORY_RECORDS><HISTORY><OID>${vm.id}</OID><HID>${vm.hostId ?? 0}</HID></HISTORY></HISTORY_RECORDS></VM>`;

export interface LivingFrontEnd {
  readonly endpoint: string;
  readonly vms: Map<number, LivingVm>;
  /** Calls so far: `one.vmpool.infoset 7`. */
  readonly calls: string[];
}

/** @param answer for calls that a test answers itself */
export const startLivingFrontEnd = async (
  t: TestContext,
  answer: (method: string, parameters: readonly unknown[]) => Answer | undefined = () => undefined,
): Promise<LivingFrontEnd> => {
  const vms = new Map<number, LivingVm>();
  const calls: string[] = [];
  const pool = (ids?: readonly number[]): Answer => ({
    document: `<VM_POOL>${[...vms.values()]
      .filter((vm) => (ids === undefined ? vm.state !== 6 : ids.includes(vm.id)))
      .map(formatLivingVm)
      .join('')}</VM_POOL>`,
  });
  const server = createFrontEnd('oneadmin:labpass', (method, parameters) => {
    calls.push(`${method} ${parameters[0] ?? ''}`.trim());
    const own = answer(method, parameters);
    if (own !== undefined) return own;
    if (method === 'one.vmpool.infoset') return pool(String(parameters[0]).split(',').map(Number));
    if (method === 'one.vmpool.info' || method === 'one.vmpool.infoextended') return pool();
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/RPC2`, vms, calls };
};
