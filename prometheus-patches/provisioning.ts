/**
 * What `oneext grafana provision` puts into the provisioning folder of Grafana. A file is ours if it still is as we
 * wrote it: the digests of those stand beside the dashboards, as sha256sum writes them. All other files stay.
 * https://grafana.com/docs/grafana/latest/administration/provisioning/
 */

/** Below the folder `dashboards` of the provisioning folder. */
export const providerFile = 'opennebula-extensions.yaml';
export const dashboardFolder = 'opennebula-extensions';
/** In the folder of the dashboards. Grafana reads only names that end in .json there. */
export const digestFile = 'SHA256SUMS';

/** Grafana puts variables of its environment in the place of a dollar and what follows, and a dollar in that of two. */
const quoteForGrafana = (text: string): string => JSON.stringify(text.replaceAll('$', '$$$$'));

/** @param folder the absolute path of the dashboards */
export const formatProvider = (folder: string): string => `# Written by oneext grafana provision.
apiVersion: 1
providers:
- name: opennebula-extensions
  orgId: 1
  folder: OpenNebula power
  type: file
  disableDeletion: false
  updateIntervalSeconds: 60
  allowUiUpdates: false
  options:
    path: ${quoteForGrafana(folder)}
`;

export const formatDigests = (digests: ReadonlyMap<string, string>): string =>
  [...digests].map(([name, digest]) => `${digest}  ${name}\n`).join('');

/** Whoever may write the file cannot name what is not among our files: root removes what is ours. */
export const parseDigests = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(/^([0-9a-f]{64}) {2}([^\s/]+\.json|\.\.\/opennebula-extensions\.yaml)$/gm)].map(
      ([, digest = '', name = '']) => [name, digest],
    ),
  );

export interface ProvisioningPlan {
  readonly write: readonly string[];
  /** Dashboards of an earlier version that there are no more. */
  readonly remove: readonly string[];
  /** Somebody else's, or changed by somebody. */
  readonly keep: readonly string[];
  /** Of what is ours when all this is done. */
  readonly digests: ReadonlyMap<string, string>;
}

/**
 * @param wanted content by name
 * @param found content by name, of the files that there are
 * @param recorded what we wrote last
 */
export const planProvisioning = (
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
  recorded: ReadonlyMap<string, string>,
  digestOf: (content: string) => string,
): ProvisioningPlan => {
  const isOurs = (name: string): boolean => {
    const content = found.get(name);
    return content === undefined || content === wanted.get(name) || digestOf(content) === recorded.get(name);
  };
  const [ours, keep] = [true, false].map((want) =>
    [...wanted.keys()].filter((name) => isOurs(name) === want),
  );
  return {
    write: (ours ?? []).filter((name) => found.get(name) !== wanted.get(name)),
    remove: [...recorded.keys()].filter((name) => !wanted.has(name) && found.has(name) && isOurs(name)),
    keep: keep ?? [],
    digests: new Map((ours ?? []).map((name) => [name, digestOf(wanted.get(name) ?? '')])),
  };
};
