// Bun's own publish and subscribe: what a client of /pub sends goes to every client of /sub. bun bun.js PORT
const server = Bun.serve({
  port: Number(process.argv[2]),
  hostname: '127.0.0.1',
  fetch(request, here) {
    const { pathname } = new URL(request.url);
    return here.upgrade(request, { data: pathname }) ? undefined : new Response('', { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 0,
    backpressureLimit: 256 << 20,
    open(socket) {
      if (socket.data === '/sub') socket.subscribe('events');
    },
    message(socket, text) {
      if (socket.data === '/pub') server.publish('events', text);
    },
  },
});
