/** Failures that several programs share: options, OpenNebula, commands. */
import { defineErrors } from './oneext-error.ts';

export const commonError = defineErrors({
  CONFIG_INVALID: {
    exitCode: 78,
    message: 'the configuration has {count} problem(s): {problems}',
    hint: 'correct every value named above; --help lists the options, oneext.yaml.sample their defaults',
  },
  CONFIG_UNREADABLE: {
    exitCode: 78,
    message: 'cannot read the configuration file {path}: {detail}',
    hint: 'check that it is YAML and that the user of this process may read it',
  },
  USAGE: {
    exitCode: 2,
    message: 'wrong usage: {problems}',
    hint: 'run the command with --help for its options',
  },
  WEB_CONFIG_INVALID: {
    exitCode: 78,
    message: 'the web configuration {path} has {count} problem(s): {problems}',
    hint: "the format is that of Prometheus' exporter-toolkit; see collectors/README.md for the keys supported",
  },
  LISTEN_FAILED: {
    exitCode: 1,
    message: 'cannot listen on {address}: {detail}',
    hint: 'find the program that holds the port with: ss -ltnp; stop it, or choose another port with --web.listen-address (for guests, with --guest.listen-address)',
  },
  ONE_AUTH_MISSING: {
    exitCode: 78,
    message: 'the credentials for OpenNebula cannot be read: {detail}',
    hint: 'set ONE_AUTH to the path of a file that holds user:password, or create ~/.one/one_auth for the user of this process',
  },
  ONE_AUTHENTICATION: {
    exitCode: 77,
    message: 'OpenNebula at {endpoint} refused the credentials for {method}: {detail}',
    hint: 'check the file named by ONE_AUTH (or ~/.one/one_auth); try the same with: oneuser show',
  },
  ONE_NO_SUCH_OBJECT: {
    exitCode: 1,
    message: '{method} at {endpoint}: no such object: {detail}',
    hint: 'the object was deleted, or the user may not see it',
  },
  ONE_REFUSED: {
    exitCode: 1,
    message: '{method} at {endpoint} failed with OpenNebula error {errorCode}: {detail}',
    hint: 'see /var/log/one/oned.log on the front-end for the same moment',
  },
  ONE_FAULT: {
    exitCode: 1,
    message: '{method} at {endpoint} is an XML-RPC fault {errorCode}: {detail}',
    hint: 'the front-end does not know this call or its arguments; OpenNebula 6.10 to 7.4 is supported',
  },
  ONE_HTTP_STATUS: {
    exitCode: 1,
    message: '{method}: {endpoint} answered HTTP status {status}',
    hint: 'check that ONE_XMLRPC names the XML-RPC endpoint (http://FRONTEND:2633/RPC2) and no other service',
  },
  ONE_CONNECTION: {
    exitCode: 75,
    message: '{method}: cannot reach {endpoint}: {detail}',
    hint: 'check that oned runs (systemctl status opennebula) and that ONE_XMLRPC is right',
  },
  ONE_TIMEOUT: {
    exitCode: 75,
    message: '{method}: {endpoint} did not answer within {timeoutName}={timeoutMs} ms',
    hint: 'oned may be overloaded; raise --one.timeout, or lower the load with --one.min-refresh-interval',
  },
  ONE_TRUNCATED: {
    exitCode: 75,
    message: '{method}: the answer of {endpoint} ended after {bytes} bytes, before its end',
    hint: 'oned or a proxy closed the connection early; see /var/log/one/oned.log',
  },
  ONE_NOT_XML: {
    exitCode: 1,
    message: '{method}: the answer of {endpoint} is not an XML-RPC answer: {detail}',
    hint: 'check that ONE_XMLRPC names the XML-RPC endpoint (http://FRONTEND:2633/RPC2) and no other service',
  },
  PATH_REFUSED: {
    exitCode: 1,
    message: '{path} cannot be used: {detail}',
    hint: 'root follows only its own links, and those that lead to a folder of their owner; put a folder in place of the link',
  },
  COMMAND_FAILED: {
    exitCode: 1,
    message: '{command} failed: {detail}',
    hint: 'run the command by hand as the same user to see why',
  },
});
