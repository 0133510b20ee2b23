// socket.io: what a client emits as "broadcast" goes to every client. node socketio.cjs PORT
const { createServer } = require('node:http');
const { Server } = require('socket.io');

const server = createServer();
const io = new Server(server, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => socket.on('broadcast', (event) => io.emit('event', event)));
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });
