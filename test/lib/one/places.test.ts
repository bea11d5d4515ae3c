import assert from 'node:assert/strict';
import test from 'node:test';
import { placesOf, relocatePath } from '../../../lib/one/places.ts';

test('a system-wide installation', () => {
  const places = placesOf({});
  assert.equal(places.etc, '/etc/one');
  assert.equal(places.remotes, '/var/lib/one/remotes');
  assert.equal(places.suite, '/usr/lib/one/opennebula-extensions');
  assert.equal(relocatePath('/etc/one/oneext.yaml', {}), '/etc/one/oneext.yaml');
});

test('a self-contained installation has everything below ONE_LOCATION', () => {
  const environment = { ONE_LOCATION: '/srv/cloud/one/' };
  const { oneLocation, ...folders } = placesOf(environment);
  assert.equal(oneLocation, '/srv/cloud/one');
  for (const folder of Object.values(folders)) assert.match(folder, /^\/srv\/cloud\/one\//);
  assert.equal(relocatePath('/etc/one/oneext.yaml', environment), '/srv/cloud/one/etc/oneext.yaml');
  assert.equal(relocatePath('/var/lib/one/state.json', environment), '/srv/cloud/one/var/state.json');
  assert.equal(relocatePath('/var/lib/one', environment), '/srv/cloud/one/var');
  assert.equal(relocatePath('/var/log/one/oned.log', environment), '/srv/cloud/one/var/oned.log');
});

test('what only looks like a folder of OpenNebula stays', () => {
  const environment = { ONE_LOCATION: '/srv/one' };
  for (const path of ['/etc/one2/x', '/var/lib/onedata', 'http://{hostname}:8080/metrics', '', 'omit']) {
    assert.equal(relocatePath(path, environment), path);
  }
});
