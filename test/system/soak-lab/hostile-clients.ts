/**
 * 200 clients that mean harm, from four addresses: wrong passwords, slow readers of the page, half requests and
 * silence. Each comes again when it is sent away. Arguments: the exporter's port and a password that it takes.
 */
import net from 'node:net';

const [port = '', password = ''] = process.argv.slice(2);
const comesAgainAfterMs = 100;

const requestOf = (word: string): string =>
  `GET /metrics HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${Buffer.from(`prom:${word}`).toString('base64')}\r\n\r\n`;

let turn = 0;
const texts = [() => requestOf(`wrong ${turn}`), () => requestOf(password), () => 'GET /met', () => ''];

const attack = (at: number): void => {
  turn += 1;
  const kind = at % texts.length;
  const socket = net.connect({ host: '127.0.0.1', port: Number(port), localAddress: `127.0.0.${2 + kind}` });
  socket
    .on('error', () => undefined)
    .on('close', () => {
      setTimeout(attack, comesAgainAfterMs, at);
    });
  if (kind === 1)
    socket.pause(); // asks for the page and does not read it
  else socket.on('data', () => socket.destroy());
  socket.write(texts[kind]?.() ?? '');
};
for (let at = 0; at < 200; at += 1) attack(at);
process.stdout.write('started\n');
