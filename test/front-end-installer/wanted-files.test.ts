import assert from 'node:assert/strict';
import test from 'node:test';
import { relocateProgram } from '../../front-end-installer/wanted-files.ts';
import { placesOf } from '../../lib/one/places.ts';

test('a program knows the folder of the suite by its bytes, and no other byte of it changes', () => {
  const rest = Buffer.from([0x0a, 0xff, 0x00, 0xc3]);
  const program = Buffer.concat([Buffer.from("#!/bin/sh\ninstalled_suite='/usr'"), rest]);
  const moved = relocateProgram(program, { ...placesOf({}), suite: "/srv/größe ☂'s" });
  const line = Buffer.from("#!/bin/sh\ninstalled_suite='/srv/größe ☂'\\''s'");
  assert.deepEqual(moved, Buffer.concat([line, rest]));
});
