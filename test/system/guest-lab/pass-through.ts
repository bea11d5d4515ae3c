/**
 * pass-through.js LISTEN_ADDRESS PORT SOCKET: what comes to the address goes to the Unix socket, byte for byte.
 *
 * It stands for OpenNebula's tproxy: guests of a host of the lab reach the exporter, which is outside of the lab.
 */
import net from 'node:net';

const [address, port, socket] = process.argv.slice(2);
net
  .createServer((guest) => {
    const exporter = net.connect(socket ?? '');
    guest.pipe(exporter).pipe(guest);
    guest.on('error', () => exporter.destroy());
    exporter.on('error', () => guest.destroy());
  })
  .listen(Number(port), address, () => process.stdout.write('listening\n'));
