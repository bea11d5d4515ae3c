/** Addresses on which the exporter must not listen. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { listenProblems } from '../../collectors/listen-problems.ts';
import { parseListenAddress } from '../../lib/config/listen-address.ts';

const problemsOf = (web: readonly string[], guest: readonly string[]): readonly string[] => {
  const parse = (texts: readonly string[]) => texts.flatMap((text) => parseListenAddress(text) ?? []);
  return listenProblems({ 'web.listen-address': parse(web), 'guest.listen-address': parse(guest) });
};

test('the port of guests is none of the ports of metrics, whatever the addresses are', () => {
  assert.deepEqual(problemsOf(['[::]:9925'], []), []);
  assert.deepEqual(problemsOf(['[::]:9925'], ['[::]:9926', '127.0.0.1:9927']), []);
  assert.deepEqual(problemsOf(['127.0.0.1:0'], ['127.0.0.1:0']), [], 'the system chooses two');
  const [problem] = problemsOf(['127.0.0.1:9925', '[::1]:9926'], ['10.0.0.1:9926']);
  assert.match(problem ?? '', /10\.0\.0\.1:9926.*\[::1\]:9926/);
  assert.equal(problemsOf([], ['[::]:1']).length, 1);
});
