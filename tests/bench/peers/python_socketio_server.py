"""python-socketio on aiohttp: what a client emits as "broadcast" goes to every client. PORT"""

import sys

import socketio
from aiohttp import web

server = socketio.AsyncServer(async_mode="aiohttp")
app = web.Application()
server.attach(app)


@server.on("broadcast")
async def broadcast(_, event):
    await server.emit("event", event)


web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), backlog=4096, print=None, access_log=None)
