"""Emits through Redis as applications do. usage: python_emitter.py manager|flask URL"""

import sys


def with_manager(url):
    import socketio

    manager = socketio.RedisManager(url, write_only=True)
    manager.emit("tick", {"n": 1, "none": None}, room="team-a", skip_sid="s1")
    manager.emit("tick", ("two", ["arguments"]), namespace="/admin")
    manager.emit("tick", None)
    manager.emit("image", {"bytes": b"\x00\xff"})
    manager.close_room("team-a")
    manager.disconnect("s1")


def with_flask(url):
    import flask_socketio

    outside = flask_socketio.SocketIO(message_queue=url)
    outside.emit("tick", {"n": 1}, to="team-a")
    outside.send("hello")


{"manager": with_manager, "flask": with_flask}[sys.argv[1]](sys.argv[2])
