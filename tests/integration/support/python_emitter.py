"""Emits through Redis as applications do. usage: python_emitter.py manager|flask|calls URL

"calls" makes the calls of a RedisManager that stdin has, a list of [method, {argument: value}]; {"base64": ...} is bytes.
"""

import base64
import json
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


def with_calls(url):
    import socketio

    def decode(members):
        return base64.b64decode(members["base64"]) if "base64" in members else members

    manager = socketio.RedisManager(url, write_only=True)
    for method, arguments in json.load(sys.stdin, object_hook=decode):
        getattr(manager, method)(**arguments)


{"manager": with_manager, "flask": with_flask, "calls": with_calls}[sys.argv[1]](sys.argv[2])
