"""Flask-SocketIO on gevent: what a client emits as "broadcast" goes to every client. PORT"""

from gevent import monkey

monkey.patch_all()

import sys

from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")


@socketio.on("broadcast")
def broadcast(event):
    socketio.emit("event", event)


socketio.run(app, host="127.0.0.1", port=int(sys.argv[1]))
