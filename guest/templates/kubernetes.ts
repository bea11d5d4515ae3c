/** The manifests of guest/kubernetes for nodes that are VMs, as one stream for `kubectl apply -f -`. */
import type { GuestChoice, GuestSources } from './guest-setup.ts';

/** By whose fault it cannot be; `undefined` where it can. */
export const kubernetesProblem = ({ way }: GuestChoice): string | undefined =>
  way === 'share'
    ? '--way share is not for kubernetes: to mount a share a pod would need rights over its whole node. Bring power-guest.sh into the nodes with --for start-script or cloud-init, and apply guest/kubernetes/scaphandre or kepler alone'
    : undefined;

export const formatKubernetes = ({ agent, url }: GuestChoice, { manifests }: GuestSources): string => {
  const folders = ['namespace', 'power-guest', ...(agent === 'none' ? [] : [agent])];
  const documents = folders.flatMap((folder) => manifests[folder] ?? []);
  const args = url === undefined ? '' : `--url=${url}`;
  return documents
    .map(
      (text) =>
        `---\n${text.replace(/^( +args: )\[\]$/m, (_, key: string) => `${key}[${args && JSON.stringify(args)}]`)}`,
    )
    .join('');
};
