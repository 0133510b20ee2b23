"""A driver of python-socketio's client: obeys the commands of matrix_driver.js, a line of JSON each; reports on stdout.

Beside those it reports how many packets each POST ("posted") and each poll ("polled") carried.
"""

import base64
import json
import sys
import threading

import requests
import socketio

# The client handles every message in a thread of its own. The parts of a binary one must not overtake each other.
sys.setswitchinterval(1)

output = threading.Lock()


def encode(value):
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    return value


def decode(value):
    if isinstance(value, list):
        return [decode(item) for item in value]
    if isinstance(value, dict):
        if "base64" in value:
            return base64.b64decode(value["base64"])
        return {key: decode(item) for key, item in value.items()}
    return value


def report(**members):
    with output:
        print(json.dumps(encode(members)), flush=True)


class Session(requests.Session):
    """Counts packets, and holds requests back while `gate` is held."""

    def __init__(self, client):
        super().__init__()
        self.client = client
        self.gate = threading.Lock()

    def request(self, method, url, data=None, **options):
        if method == "POST":
            with self.gate:
                pass
            report(client=self.client, what="posted", packets=data.count("\x1e") + 1)
        answer = super().request(method, url, data=data, **options)
        if method == "GET":
            report(client=self.client, what="polled", packets=answer.content.count(b"\x1e") + 1)
        return answer


class Namespace(socketio.ClientNamespace):
    """Reports what happens in one namespace."""

    def __init__(self, name, number, answered):
        super().__init__(name)
        self.number = number
        self.answered = answered

    def trigger_event(self, event, *args):
        about = {"client": self.number, "namespace": self.namespace}
        if event == "connect":
            report(**about, what="connect", sid=self.client.get_sid(self.namespace))
            self.answered.release()
        elif event == "disconnect":
            report(**about, what="disconnect")
        elif event == "connect_error":
            report(**about, what="refused", **args[0] if args and isinstance(args[0], dict) else {"message": str(args)})
            self.answered.release()
        else:
            report(**about, what="event", event=event, args=args)
            return args


class Client:
    def __init__(self, number, url, transports, namespaces, auth=None):
        self.session = Session(number)
        self.socket = socketio.Client(
            http_session=self.session, reconnection_delay=0.1, reconnection_delay_max=0.3, randomization_factor=0
        )
        answered = threading.Semaphore(0)
        for name in namespaces:
            self.socket.register_namespace(Namespace(name, number, answered))
        # Its own waiting ends after a second, however busy the machine is, and takes all of it when it is refused.
        self.socket.connect(url, transports=transports, namespaces=namespaces, auth=auth, wait=False)
        for _ in namespaces:
            answered.acquire()

    def emit(self, namespace, event, args):
        self.socket.emit(event, tuple(args), namespace=namespace)

    def burst(self, namespace, event, count):
        with self.session.gate:
            for n in range(count):
                self.socket.emit(event, n, namespace=namespace)

    def transport(self):
        return self.socket.transport()

    def close(self):
        self.socket.disconnect()


def main():
    clients = {}
    for line in sys.stdin:
        command = decode(json.loads(line))
        number, verb = command.pop("id"), command.pop("verb")
        client = command.pop("client")
        try:
            value = None
            if verb == "open":
                clients[client] = Client(client, **command)
            elif verb == "call":
                answered = lambda *args, number=number: report(reply=number, value=args)
                clients[client].socket.emit(
                    command["event"], tuple(command["args"]), namespace=command["namespace"], callback=answered
                )
                continue
            else:
                value = getattr(clients[client], verb)(**command)
            report(reply=number, value=value)
        except Exception as error:  # whatever it is, the test has to know
            report(reply=number, error=repr(error))


main()
