import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { HaStates } from '../../collectors/collector.ts';
import { zoneRoleOf } from '../../collectors/zone-role.ts';
import type { RaftStatus } from '../../lib/one/zone.ts';

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

test('a server that has voted in a later election is not of the majority', () => {
  // Cut off from the new leader alone: the third one is still seen, and follows that.
  assert.equal(kindOf(ha(0, [leads, 4], [[leads, 4], undefined, [follows, 5]])), 'none');
  assert.equal(kindOf(ha(1, [leads, 5], [undefined, [leads, 5], [follows, 5]])), 'leader');
  // A follower that has not heard of the election yet has not voted for another.
  assert.equal(kindOf(ha(1, [leads, 5], [undefined, [leads, 5], [follows, 4]])), 'leader');
});

test('of two that both say they lead since the same election, none does', () => {
  const servers = [
    [leads, 4],
    [leads, 4],
    [follows, 4],
  ] as const;
  assert.deepEqual(
    ([0, 1] as const).map((id) => kindOf(ha(id, servers[id], servers))),
    ['none', 'none'],
  );
});

test('whatever servers see of each other, at most one of them leads a majority', () => {
  const numbers = fc.integer({ min: 0, max: 4 });
  fc.assert(
    fc.property(
      // Who votes for whom in which election: a server votes once in a term, and terms never fall.
      fc.array(fc.record({ candidate: numbers, voters: fc.array(numbers), ends: fc.boolean() }), {
        maxLength: 6,
      }),
      fc.array(fc.tuple(numbers, numbers)),
      (elections, cut) => {
        const states: [state: number, term: number][] = Array.from({ length: 5 }, () => [follows, 0]);
        for (const [at, { candidate, voters, ends }] of elections.entries()) {
          const voted = new Set([candidate, ...voters]);
          const isWon = ends && voted.size >= 3;
          for (const id of voted) {
            const state = isWon ? (id === candidate ? leads : follows) : votes;
            states[id] = [state, at + 1];
          }
        }
        const isCut = (one: number, other: number): boolean =>
          cut.some(([a, b]) => (a === one && b === other) || (a === other && b === one));
        const roles = states.map((own, id) =>
          kindOf(
            ha(
              id,
              own,
              states.map((says, other) => (isCut(id, other) ? undefined : says)),
            ),
          ),
        );
        assert.ok(roles.filter((kind) => kind === 'leader').length <= 1, `${roles}`);
      },
    ),
  );
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
