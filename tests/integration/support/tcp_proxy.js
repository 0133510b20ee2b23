// Connections that a test can cut.

import net from 'node:net';

/**
 * Listens on a port of its own and passes everything to `target` (as net.connect takes it):
 * {port, drop(), cut(), mend()}. `drop` ends the connections that there are, `cut` also all that come until `mend`.
 */
export async function tcpProxy(t, target) {
  const sockets = new Set();
  let whole = true;
  const server = net.createServer((socket) => {
    if (!whole) return socket.destroy();
    const upstream = net.connect(target);
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        sockets.delete(end);
        socket.destroy();
        upstream.destroy();
      });
    }
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = () => sockets.forEach((socket) => socket.destroy());
  t.after(() => {
    drop();
    server.close();
  });
  const cut = () => {
    whole = false;
    drop();
  };
  const mend = () => (whole = true);
  return { port: server.address().port, drop, cut, mend };
}
