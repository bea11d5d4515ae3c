/** All programs of the suite on its own Node: from the rpm, from the tarball, and below ONE_LOCATION. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { type CleanRoot, startFrontEndRoot } from '../support/clean-root.ts';
import {
  assertNoOtherNode,
  configure,
  readPower,
  startCloud,
  startExporter,
  useAsOned,
} from '../support/packaged-front-end.ts';
import { makePackages } from '../support/packages.ts';

const packages = await makePackages();

interface Kind {
  readonly put: (root: CleanRoot) => Promise<unknown>;
  readonly oneext: string;
}

const kinds = {
  deb: { put: (root) => root.done('dpkg', '--install', '/tmp/ours.deb'), oneext: 'oneext' },
  rpm: { put: (root) => root.done('rpm', '--nodeps', '-i', '/tmp/ours.rpm'), oneext: 'oneext' },
  tarball: {
    put: async (root) => {
      await root.put(packages.tarball, '/tmp/ours.tar.gz');
      await root.shell(
        'mkdir /opt/unpacked; tar -xzf /tmp/ours.tar.gz --strip-components=1 -C /opt/unpacked',
      );
    },
    oneext: '/opt/unpacked/oneext',
  },
} satisfies Readonly<Record<string, Kind>>;

const useKind = async (t: TestContext, { put, oneext }: Kind, location: string): Promise<void> => {
  const root = await startFrontEndRoot(t, packages);
  const cloud = await startCloud(t, root);
  const etc = location === '' ? '/etc/one' : `${location}/etc`;
  const remotes = location === '' ? '/var/lib/one/remotes' : `${location}/var/remotes`;
  const suite = `${location || '/usr'}/lib${location === '' ? '/one' : ''}/opennebula-extensions`;
  const environment = `env ONE_AUTH=/var/lib/one/.one/one_auth ${location && `ONE_LOCATION=${location}`}`;
  await root.shell(`install -d ${etc}; install -d -o oneadmin ${remotes}
    test -e ${etc}/oned.conf || cp /tmp/oned.conf ${etc}`);
  await configure(root, cloud, etc);
  await put(root);
  await root.shell(`${environment} ${oneext} install`);
  await startExporter(root, [...environment.trim().split(' '), `${suite}/opennebula-exporter`]);
  const places = { suite, remotes };
  await readPower(root, places);
  await useAsOned(root, places, environment);
  const agent = await root.shell(`${suite}/opennebula-power-agent --version`);
  assert.match(agent, /^opennebula-power-agent /);
  assert.match(await root.shell(`${suite}/oneext --version`), /\(Node 24\./);
  await assertNoOtherNode(root);
};

for (const [kind, location] of [
  ['rpm', ''],
  ['tarball', ''],
  ['deb', '/opt/one'],
  ['tarball', '/opt/one'],
] as const)
  test(`from the ${kind}${location && ', with ONE_LOCATION'}: every program runs on the Node of the package`, (t) =>
    useKind(t, kinds[kind], location));
