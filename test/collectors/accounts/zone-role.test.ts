import assert from 'node:assert/strict';
import test from 'node:test';
import { zoneRoleOf } from '../../../collectors/accounts/zone-role.ts';
import type { HaStates } from '../../../collectors/collector.ts';
import type { RaftStatus } from '../../../lib/one/zone.ts';

type Says = readonly [state: number, term: number] | undefined;
const statusOf = (serverId: number, says: Says): RaftStatus | undefined =>
  says === undefined ? undefined : { serverId, state: says[0], term: says[1] };
const zoneOf = (servers: readonly Says[]) =>
  servers.map((says, id) => ({ id, name: `one-${id}`, endpoint: '', status: statusOf(id, says) }));
const ha = (ownId: number, says: Says, ...zones: readonly (readonly Says[])[]): HaStates => ({
  fqdn: '',
  own: statusOf(ownId, says),
  zones: zones.map(zoneOf),
});
const kindOf = (states: HaStates): string => {
  const role = zoneRoleOf(states);
  return role.kind === 'follower' ? `follows ${role.leader.name}` : role.kind;
};
const [follows, leads, votes] = [2, 3, 1];

test('a front-end without others is alone, also in a federation', () => {
  assert.equal(kindOf(ha(-1, undefined)), 'alone');
  assert.equal(kindOf(ha(-1, [0, 0], [])), 'alone');
  assert.equal(kindOf(ha(0, [leads, 1], [[leads, 1]])), 'alone');
  assert.equal(
    kindOf(
      ha(
        -1,
        [0, 0],
        [
          [leads, 4],
          [follows, 4],
          [follows, 4],
        ],
      ),
    ),
    'alone',
  );
});

test('the leader counts while a majority follows it', () => {
  const term = 4;
  const servers = [[leads, term], [follows, term], undefined] as const;
  assert.equal(kindOf(ha(0, [leads, term], servers)), 'leader');
  assert.equal(kindOf(ha(0, [leads, term], [[leads, term], undefined, undefined])), 'none');
  assert.equal(kindOf(ha(0, [leads, term], [undefined, [follows, term], [follows, term]])), 'leader');
  assert.equal(
    kindOf(
      ha(
        0,
        [leads, term],
        [
          [leads, term],
          [leads, 5],
          [follows, 5],
        ],
      ),
    ),
    'none',
  );
  assert.equal(
    kindOf(
      ha(
        0,
        [leads, 5],
        [
          [leads, 5],
          [leads, 4],
          [follows, 5],
        ],
      ),
    ),
    'leader',
  );
  assert.equal(kindOf(ha(0, [leads, term], [[leads, term], undefined])), 'none'); // of two, one is no majority
});

test('the others follow the leader of the last election', () => {
  assert.equal(
    kindOf(
      ha(
        1,
        [follows, 4],
        [
          [leads, 4],
          [follows, 4],
          [follows, 4],
        ],
      ),
    ),
    'follows one-0',
  );
  assert.equal(
    kindOf(
      ha(
        1,
        [follows, 5],
        [
          [leads, 4],
          [follows, 5],
          [leads, 5],
        ],
      ),
    ),
    'follows one-2',
  );
  assert.equal(kindOf(ha(1, [follows, 4], [undefined, [follows, 4], [follows, 4]])), 'none');
  assert.equal(
    kindOf(
      ha(
        1,
        [votes, 4],
        [
          [leads, 4],
          [votes, 4],
          [follows, 4],
        ],
      ),
    ),
    'none',
  );
  assert.equal(kindOf(ha(1, undefined, [[leads, 4], undefined, [follows, 4]])), 'none');
});

test('of the zones of a federation, ours is the one whose server says the same as our own oned', () => {
  const master = [
    [leads, 9],
    [follows, 9],
    [follows, 9],
  ] as const;
  const slave = [
    [follows, 4],
    [leads, 4],
    [follows, 4],
  ] as const;
  assert.equal(kindOf(ha(0, [follows, 4], master, slave)), 'follows one-1');
  assert.equal(kindOf(ha(0, [leads, 9], master, slave)), 'leader');
  assert.equal(kindOf(ha(7, [follows, 4], master, slave)), 'none');
});
