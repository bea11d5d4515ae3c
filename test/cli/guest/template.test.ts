/** `oneext guest template`: which document it prints, and what it refuses. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { runProgram } from '../../support/program.ts';

const template = (...argv: readonly string[]) =>
  runProgram('dist/oneext', { argv: ['guest', 'template', ...argv], env: { PATH: '/usr/bin:/bin' } });

test('each system gets its document, and is told what to do with it', async () => {
  for (const [argv, document, next] of [
    [['--for', 'start-script'], /^START_SCRIPT_BASE64 = "[A-Za-z0-9+/=]+"\n$/, /in CONTEXT/],
    [
      ['--for', 'start-script', '--as', 'script', '--way', 'share'],
      /^#!\/bin\/sh\n[\s\S]*--share=scaphandre/,
      /as root/,
    ],
    [['--for', 'cloud-init', '--agent', 'kepler'], /^#cloud-config\n[\s\S]*kepler:v0\.11\.4/, /user data/],
    [
      ['--for', 'flatcar', '--url', 'http://192.0.2.1:9926'],
      /^#[\s\S]*\nvariant: flatcar\n[\s\S]*--url=http:\/\/192/,
      /butane/,
    ],
    [
      ['--for', 'flatcar', '--as', 'ignition', '--agent', 'none'],
      /^\{"ignition":\{"version":"3\.4\.0"\}/,
      /web server/,
    ],
    [
      ['--for', 'flatcar', '--as', 'raw', '--ignition-url', 'http://192.0.2.1/a.ign'],
      /^RAW = \[ TYPE = "kvm", DATA = ".{1,400}" \]\n$/,
      /group oneadmin/,
    ],
    [
      ['--for', 'kubernetes', '--agent', 'kepler', '--url', 'http://192.0.2.1:9926'],
      /^---\n[\s\S]*kind: Namespace[\s\S]*args: \["--url=http:\/\/192\.0\.2\.1:9926"\][\s\S]*kepler/,
      /kubectl apply/,
    ],
  ] as const) {
    const { code, stdout, stderr } = await template(...argv);
    assert.equal(code, 0, stderr);
    assert.match(stdout, document);
    assert.match(stderr, next);
  }
});

test('only whoever pulls is told that the VM needs a token', async () => {
  assert.match((await template('--for', 'start-script')).stderr, /, beside TOKEN="YES"\.$/m);
  const { stderr } = await template('--for', 'start-script', '--way', 'share');
  assert.equal(stderr, 'Put this attribute in CONTEXT of the template of the VM.\n');
});

test('what does not fit together is refused', async () => {
  for (const [argv, says] of [
    [[], /--for is missing; give one of start-script, cloud-init, flatcar, kubernetes/],
    [['--for', 'windows'], /--for is "windows" but must be one of start-script/],
    [
      ['--for', 'cloud-init', '--as', 'raw'],
      /--as is "raw" but must be one of cloud-config, attribute for cloud-init/,
    ],
    [['--for', 'flatcar', '--ignition-url', 'http://a/b'], /--ignition-url needs --for flatcar --as raw/],
    [['--for', 'flatcar', '--way', 'share', '--url', 'http://a'], /--url is for --way pull/],
    [['--for', 'kubernetes', '--way', 'share'], /--way share is not for kubernetes/],
    [['--for', 'flatcar', '--url', "http://a'; reboot"], /--url is "http:\/\/a'; reboot" but must be a URL/],
  ] as const) {
    const { code, stderr } = await template(...argv);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
  }
});
