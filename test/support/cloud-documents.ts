/** Documents of hosts and zones, as far as we read them, for front-ends of tests. */

export interface TestHost {
  readonly id: number;
  readonly name?: string;
  readonly hostname?: string;
  readonly state?: number;
  readonly hypervisor?: string;
  readonly template?: string;
}

export const formatTestHosts = (hosts: readonly TestHost[]): string =>
  `<HOST_POOL>${hosts
    .map(({ id, name, hostname, state = 2, hypervisor = 'kvm', template = '' }) => {
      const own = hostname === undefined ? '' : `<HOSTNAME><![CDATA[${hostname}]]></HOSTNAME>`;
      return (
        `<HOST><ID>${id}</ID><NAME>${name ?? hostname ?? ''}</NAME><STATE>${state}</STATE><VM_MAD>kvm</VM_MAD>` +
        `<CLUSTER_ID>0</CLUSTER_ID><CLUSTER>default</CLUSTER><HOST_SHARE></HOST_SHARE><VMS/>` +
        `<TEMPLATE>${own}<HYPERVISOR><![CDATA[${hypervisor}]]></HYPERVISOR>${template}</TEMPLATE></HOST>`
      );
    })
    .join('')}</HOST_POOL>`;

export const formatTestZone = (...endpoints: readonly string[]): string =>
  `<ZONE_POOL><ZONE><ID>0</ID><NAME>OpenNebula</NAME><SERVER_POOL>${endpoints
    .map(
      (endpoint, id) => `<SERVER><ID>${id}</ID><NAME>s${id}</NAME><ENDPOINT>${endpoint}</ENDPOINT></SERVER>`,
    )
    .join('')}</SERVER_POOL></ZONE></ZONE_POOL>`;
