/** What the manifests for Kubernetes ask of a cluster, and what they leave alone. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { repositoryPath } from '../../support/expected.ts';
import { type Manifest, readManifests } from '../../support/manifests.ts';
import { temporaryFolder } from '../../support/temporary.ts';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly securityContext: {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop: readonly string[]; readonly add?: readonly string[] };
  };
  readonly volumeMounts?: readonly { readonly name: string; readonly readOnly?: boolean }[];
}

interface PodSpec {
  readonly automountServiceAccountToken?: boolean;
  readonly serviceAccountName?: string;
  readonly hostPID?: boolean;
  readonly hostNetwork?: boolean;
  readonly securityContext: { readonly runAsUser?: number };
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[];
}

const variants = ['vm-scaphandre', 'vm-kepler', 'bare-metal-scaphandre', 'bare-metal-kepler'] as const;
const daemonSets = (manifests: readonly Manifest[]): ReadonlyMap<string, PodSpec> =>
  new Map(
    manifests
      .filter(({ kind }) => kind === 'DaemonSet')
      .map(({ metadata, spec }) => [
        metadata.name,
        (spec as { readonly template: { readonly spec: PodSpec } }).template.spec,
      ]),
  );
const containersOf = ({ initContainers = [], containers }: PodSpec): readonly Container[] => [
  ...initContainers,
  ...containers,
];

for (const variant of variants)
  test(`${variant}: each object once, in one namespace, and no right that it does not need`, () => {
    const manifests = readManifests(variant);
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    assert.deepEqual(names, [...new Set(names)]);
    for (const { kind, metadata } of manifests)
      assert.equal(
        metadata.namespace,
        /^(?:Namespace|ClusterRole.*)$/.test(kind) ? undefined : 'opennebula-power',
        metadata.name,
      );
    for (const [name, pod] of daemonSets(manifests))
      for (const container of containersOf(pod)) {
        const { privileged, allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } =
          container.securityContext;
        assert.deepEqual(
          [privileged, allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities?.drop],
          [undefined, false, true, ['ALL']],
          `${name}/${container.name}`,
        );
        assert.deepEqual(capabilities?.add, container.name === 'kepler' ? ['SYS_PTRACE'] : undefined);
        assert.match(container.image, /^[\w.]+\/[\w/]+:v?\d+\.\d+\.\d+$/, 'an exact version');
        for (const mount of container.volumeMounts ?? [])
          assert.equal(
            mount.readOnly,
            container.name === 'power-guest' && mount.name === 'tree' ? undefined : true,
            `${container.name}: ${mount.name}`,
          );
      }
  });

test('agents ask for pods, whoever keeps the tree asks for nothing', () => {
  for (const variant of variants) {
    const manifests = readManifests(variant);
    const roles = manifests.filter(({ kind }) => kind === 'ClusterRole');
    const verbs = roles.flatMap(({ rules }) =>
      (rules as { readonly verbs: readonly string[] }[]).flatMap((rule) => rule.verbs),
    );
    assert.ok(verbs.every((verb) => ['get', 'list', 'watch'].includes(verb)));
  }
  const keeper = daemonSets(readManifests('vm-scaphandre')).get('power-guest');
  assert.deepEqual(
    [keeper?.automountServiceAccountToken, keeper?.serviceAccountName, keeper?.hostPID],
    [false, undefined, undefined],
  );
});

test('the page of a node is on its own address, of IPv4 or IPv6', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'httpd'), '#!/bin/sh\nprintf "%s " "$@"\n', { mode: 0o755 });
  const page = daemonSets(readManifests('vm-scaphandre'))
    .get('power-guest')
    ?.containers.find(({ name }) => name === 'metrics');
  const [shell, ...argv] = page?.command ?? [];
  assert.equal(shell, 'sh');
  for (const [address, bound] of [
    ['192.0.2.7', '192.0.2.7:9927'],
    ['2001:db8::7', '[2001:db8::7]:9927'],
  ] as const) {
    const env = { PATH: folder, NODE_ADDRESS: address };
    const asked = execFileSync('/bin/sh', argv, { env, encoding: 'utf8' });
    assert.equal(asked, `-f -p ${bound} -h /www `);
  }
});

test('a machine has no tree of ours: agents read its RAPL, as root', () => {
  const pathsOf = (pod: PodSpec | undefined): readonly (string | undefined)[] =>
    (pod?.volumes ?? []).flatMap(({ hostPath }) => (hostPath === undefined ? [] : [hostPath.path]));
  for (const agent of ['scaphandre', 'kepler']) {
    assert.deepEqual(pathsOf(daemonSets(readManifests(`vm-${agent}`)).get(agent)), ['/run/power-guest']);
    const metal = daemonSets(readManifests(`bare-metal-${agent}`));
    assert.deepEqual([...metal.keys()], [agent]);
    assert.deepEqual(pathsOf(metal.get(agent)), ['/sys']);
  }
  const scaphandre = daemonSets(readManifests('bare-metal-scaphandre')).get('scaphandre');
  assert.deepEqual(scaphandre?.containers[0]?.args, ['prometheus', '--containers', '--port=8080']);
  assert.equal(scaphandre?.securityContext.runAsUser, 0);
  const inVm = daemonSets(readManifests('vm-scaphandre')).get('scaphandre');
  assert.deepEqual(inVm?.containers[0]?.args, ['--vm', 'prometheus', '--containers', '--port=8080']);
  assert.equal(inVm?.securityContext.runAsUser, 65534);
});

test('the dashboard asks for series that the rules record', () => {
  const rules = readManifests('monitoring').find(({ kind }) => kind === 'PrometheusRule');
  assert.ok(rules);
  const { groups } = rules.spec as {
    readonly groups: readonly { readonly rules: readonly { readonly record: string }[] }[];
  };
  const recorded = new Set(groups.flatMap((group) => group.rules.map(({ record }) => record)));
  const dashboard = readFileSync(repositoryPath('guest/kubernetes/monitoring/kubernetes-power.json'), 'utf8');
  const asked = [...dashboard.matchAll(/\w+:kubernetes_\w+:\w+/g)].map(([name]) => name);
  assert.ok(asked.length > 8);
  assert.deepEqual(
    asked.filter((name) => !recorded.has(name)),
    [],
  );
});

const metricsOf = (tree: string): string =>
  execFileSync('sh', [repositoryPath('guest/kubernetes/power-guest/metrics.sh')], {
    env: { POWER_GUEST_TREE: tree },
    encoding: 'utf8',
  });

test('the page of a node has its VM and its joules, and no sample where nothing is known', (t) => {
  const tree = temporaryFolder(t);
  const zone = path.join(tree, 'class/powercap/intel-rapl:0');
  mkdirSync(zone, { recursive: true });
  const sampleOf = (): string | undefined => /^opennebula_guest_energy.*$/m.exec(metricsOf(tree))?.[0];
  const isMeasured = (): string | undefined =>
    /^opennebula_guest_measured\{one_vm_id="8"\} (.*)$/m.exec(metricsOf(tree))?.[1];
  assert.equal(metricsOf(tree), 'Content-Type: text/plain; version=0.0.4\r\n\r\n');
  writeFileSync(path.join(tree, 'vm_id'), '8\n');
  assert.equal(sampleOf(), undefined);
  for (const [energy, joules] of [
    ['94312117000', '94312.117000'],
    ['1', '0.000001'],
    ['1000000', '1.000000'],
    ['12345678901234567890', '12345678901234.567890'],
  ]) {
    writeFileSync(path.join(zone, 'energy_uj'), `${energy}\n`);
    assert.equal(sampleOf(), `opennebula_guest_energy_joules_total{one_vm_id="8"} ${joules}`);
  }
  for (const nonsense of ['', '\n', '-1\n', 'x"} 1\n']) {
    writeFileSync(path.join(zone, 'energy_uj'), nonsense);
    assert.equal(sampleOf(), undefined, nonsense);
  }
  assert.equal(isMeasured(), '0');
  const uptime = Math.floor(Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]));
  for (const [until, expected] of [
    [uptime + 1000, '1'],
    [uptime - 1, '0'],
    ['', '0'],
    ['x', '0'],
  ]) {
    writeFileSync(path.join(tree, 'known_until'), `${until}\n`);
    assert.equal(isMeasured(), expected, `${until}`);
  }
});
