// ws: what a client of /pub sends goes to every client of /sub. node ws.cjs PORT
const { WebSocketServer } = require('ws');

const subscribers = new Set();
const server = new WebSocketServer({
  port: Number(process.argv[2]),
  host: '127.0.0.1',
  backlog: 4096,
  perMessageDeflate: false,
});
server.on('connection', (socket, request) => {
  socket.on('error', () => socket.terminate());
  if (request.url === '/sub') {
    subscribers.add(socket);
    socket.on('close', () => subscribers.delete(socket));
  } else if (request.url === '/pub') {
    socket.on('message', (data) => {
      for (const subscriber of subscribers) subscriber.send(data, { binary: false });
    });
  }
});
