/**
 * power-guest.sh with a share of the hypervisor. What mounts is a stand-in that links the shared folder; real shares,
 * and migrations with them, are tried with QEMU (test/system).
 */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { exists, type PowerGuest, startPowerGuest } from '../support/power-guest.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface Share {
  readonly guest: PowerGuest;
  set(microjoules: number): void;
  /** The lines of what was mounted and unmounted. */
  calls(): readonly string[];
}

/** @param kinds the file systems that can be mounted */
const startShare = (t: TestContext, kinds: string, layout = 'class/powercap/intel-rapl:0'): Share => {
  const folder = temporaryFolder(t);
  const zone = path.join(folder, 'shared', layout);
  const log = path.join(folder, 'calls');
  mkdirSync(zone, { recursive: true });
  appendFileSync(log, '');
  const mount = `echo "mount $*" >>${log}
[ -e ${folder}/busy ] && echo 'mount: Device or resource busy' >&2 && exit 32
case " ${kinds} " in *" $2 "*) ;; *) echo "mount: unknown filesystem type '$2'." >&2; exit 32 ;; esac
rmdir "$6" && ln -s ${folder}/shared "$6"
`;
  const umount = `[ -L "$1" ] || exit 32
echo "umount $1" >>${log}
rm "$1" && mkdir "$1"
`;
  const commands = { mount, umount, modprobe: 'exit 1' };
  const guest = startPowerGuest(t, { url: '', vmId: '', token: '', share: 'scaphandre', commands });
  return {
    guest,
    set(microjoules) {
      // In place, as the agent writes: a file that is emptied first would be read empty.
      const file = openSync(path.join(zone, 'energy_uj'), constants.O_WRONLY | constants.O_CREAT);
      writeSync(file, `${microjoules}\n`, 0);
      closeSync(file);
    },
    calls: () => readFileSync(log, 'utf8').trimEnd().split('\n'),
  };
};

const readUntil = async (guest: PowerGuest, wanted: number): Promise<void> => {
  for (let last = 0; last !== wanted; ) {
    const value = Number(guest.file('energy_uj'));
    assert.ok(value >= last && value <= wanted, `${value} after ${last} of ${wanted}`);
    last = value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

test('a share by 9p is mounted, read and unmounted at each pull, so that the VM can migrate', async (t) => {
  const { guest, set, calls } = startShare(t, '9p');
  set(5_000_000);
  await guest.said(/follows the share scaphandre \(9p\)/);
  assert.equal(guest.file('energy_uj'), '5000000\n');
  set(45_000_000);
  await readUntil(guest, 45_000_000);
  assert.equal(await guest.end(), 0);
  const mounted = path.join(guest.tree, '.share');
  const nineP = `mount -t 9p -o ro,trans=virtio,version=9p2000.L,cache=none scaphandre ${mounted}`;
  const round = [`mount -t virtiofs -o ro scaphandre ${mounted}`, nineP, `umount ${mounted}`];
  calls().forEach((call, at) => {
    assert.equal(call, round[at % 3]);
  });
  assert.ok(calls().length >= 6);
  assert.equal(await exists(mounted), false);
});

test('a share by virtiofs stays mounted, and is mounted again where somebody has unmounted it', async (t) => {
  const { guest, set, calls } = startShare(t, 'virtiofs 9p', 'intel-rapl:0');
  set(5_000_000);
  await guest.said(/\(virtiofs\)/);
  set(9_000_000);
  await readUntil(guest, 9_000_000);
  assert.equal(calls().length, 1);
  const mounted = path.join(guest.tree, '.share');
  unlinkSync(mounted);
  set(19_000_000);
  await readUntil(guest, 19_000_000);
  assert.deepEqual(
    calls().map((call) => call.slice(0, 17)),
    ['mount -t virtiofs', 'mount -t virtiofs'],
  );
  assert.equal(await guest.end(), 0);
  assert.equal(existsSync(mounted), false);
});

test('it says why it has nothing: no share, or one without a counter; a counter that began anew goes on', async (t) => {
  await startShare(t, '').guest.said(/cannot mount the share scaphandre: .*'virtiofs'.*'9p'/);
  const { guest, set, calls } = startShare(t, '9p');
  await guest.said(/has no counter: does opennebula-power-agent run/);
  assert.equal(await exists(path.join(guest.zone, 'energy_uj')), false);
  set(7_000_000);
  await guest.said(/follows/);
  set(1);
  const before = calls().length;
  while (calls().length < before + 6) await new Promise((resolve) => setTimeout(resolve, 50)); // it was read
  set(2_000_001);
  await readUntil(guest, 9_000_000);
});

test('a share and a front-end at once are refused', async (t) => {
  const both = startPowerGuest(t, { url: 'http://127.0.0.1:1', vmId: '', token: '', share: 'scaphandre' });
  assert.equal(await both.ended, 2);
  assert.match(both.log(), /--url or --share, and not both/);
  const odd = startPowerGuest(t, { url: '', vmId: '', token: '', share: '-o exec' });
  assert.equal(await odd.ended, 2);
  assert.match(odd.log(), /--share is "-o exec" but must be the tag of a share/);
});
