"""Connections of our own to every kind of listener: a query's octets in, the reply's octets out, one after the other."""

import base64
import socket
import ssl
import struct

import h2.config
import h2.connection
import h2.events

from ..process import BoxError
from . import front

PATIENCE = 10
HOST = "127.0.0.1"


def connect(port, authority=None, protocols=(), host=HOST):
    """A connection; over TLS, to somebody who is the resolver for certain, if an authority is named."""
    plain = socket.create_connection((host, port), timeout=PATIENCE)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not authority:
        return plain
    context = ssl.create_default_context(cafile=str(authority))
    if protocols:
        context.set_alpn_protocols(protocols)
    return context.wrap_socket(plain, server_hostname=front.NAME)


class Datagrams:
    def __init__(self, port):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(PATIENCE)
        self._socket.connect((HOST, port))

    def ask(self, query):
        self._socket.send(query)
        while (reply := self._socket.recv(65535))[:2] != query[:2]:
            pass
        return reply

    def close(self):
        self._socket.close()


class Stream:
    """DNS over TCP or TLS."""

    def __init__(self, connection):
        self._socket, self._file = connection, connection.makefile("rb")

    def ask(self, query):
        self._socket.sendall(struct.pack("!H", len(query)) + query)
        return self._exactly(struct.unpack("!H", self._exactly(2))[0])

    def _exactly(self, count):
        octets = self._file.read(count)
        if len(octets) < count:
            raise EOFError("the connection was closed")
        return octets

    def close(self):
        self._file.close()
        self._socket.close()


class _Web:
    """What a request asks for, and what a response must look like."""

    def __init__(self, method):
        self.method, self.max_age = method, None

    def target(self, query):
        return front.PATH if self.method == "POST" else f"{front.PATH}?dns={base64.urlsafe_b64encode(query).rstrip(b'=').decode()}"

    def read(self, status, fields):
        if status != 200 or fields.get("content-type") != "application/dns-message":
            raise ValueError(f"status {status}, {fields}")
        control = fields.get("cache-control", "")
        self.max_age = int(control.removeprefix("max-age=")) if control else None


class OneAtATime(_Web):
    """HTTP/1.1 on a connection that stays."""

    def __init__(self, connection, method):
        super().__init__(method)
        self._socket, self._file = connection, connection.makefile("rb")

    def ask(self, query):
        head = f"{self.method} {self.target(query)} HTTP/1.1\r\nHost: {front.NAME}\r\nAccept: application/dns-message\r\n"
        if self.method == "POST":
            head += f"Content-Type: application/dns-message\r\nContent-Length: {len(query)}\r\n"
        self._socket.sendall(head.encode() + b"\r\n" + (query if self.method == "POST" else b""))
        status, fields = int(self._line().split()[1]), {}
        while line := self._line():
            field, _, value = line.partition(":")
            fields[field.lower()] = value.strip()
        body = self._file.read(int(fields["content-length"]))
        self.read(status, fields)
        return body

    def _line(self):
        line = self._file.readline()
        if not line:
            raise EOFError("the connection was closed")
        return line.decode("latin-1").rstrip("\r\n")

    def close(self):
        self._file.close()
        self._socket.close()


class Streams(_Web):
    """HTTP/2: a new stream of one connection for each question."""

    def __init__(self, connection, method, scheme):
        super().__init__(method)
        self._socket, self._scheme = connection, scheme
        self._session = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self._session.initiate_connection()
        self._flush()

    def ask(self, query):
        number, post = self._session.get_next_available_stream_id(), self.method == "POST"
        fields = [(":method", self.method), (":scheme", self._scheme), (":authority", front.NAME), (":path", self.target(query)),
                  ("accept", "application/dns-message")]
        fields += [("content-type", "application/dns-message"), ("content-length", str(len(query)))] if post else []
        self._session.send_headers(number, fields, end_stream=not post)
        if post:
            self._session.send_data(number, query, end_stream=True)
        self._flush()
        return self._response(number)

    def _response(self, number):
        body, fields = b"", {}
        while True:
            octets = self._socket.recv(65535)
            if not octets:
                raise EOFError("the connection was closed")
            for event in self._session.receive_data(octets):
                match event:
                    case h2.events.ResponseReceived():
                        fields = dict(event.headers)
                    case h2.events.DataReceived():
                        body += event.data
                        self._session.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                    case h2.events.StreamReset() | h2.events.ConnectionTerminated():
                        raise EOFError(str(event))
                    case h2.events.StreamEnded() if event.stream_id == number:
                        self._flush()
                        self.read(int(fields[":status"]), fields)
                        return body
            self._flush()

    def _flush(self):
        self._socket.sendall(self._session.data_to_send())

    def close(self):
        self._socket.close()


def open_all(port, authority):
    """Every way to ask, by name. UDP is the first."""
    clear = lambda: connect(front.HTTP_PORT)
    secure = lambda protocol: connect(front.HTTPS_PORT, authority, [protocol])
    ways = {"UDP": lambda: Datagrams(port), "TCP": lambda: Stream(connect(port)),
            "TLS": lambda: Stream(connect(front.TLS_PORT, authority, ["dot"]))}
    for method in ("GET", "POST"):
        ways |= {f"HTTPS/2 {method}": lambda method=method: Streams(secure("h2"), method, "https"),
                 f"HTTPS/1.1 {method}": lambda method=method: OneAtATime(secure("http/1.1"), method),
                 f"HTTP/2 {method}": lambda method=method: Streams(clear(), method, "http"),
                 f"HTTP/1.1 {method}": lambda method=method: OneAtATime(clear(), method)}
    try:
        return {way: Reopening(begin) for way, begin in ways.items()}
    except OSError as error:
        raise BoxError(f"connecting to the resolver: {error}") from None


class Reopening:
    """A connection that is made anew where the server has ended it, as it may after a question that it cannot bear."""

    def __init__(self, begin):
        self._begin, self._wire = begin, begin()

    @property
    def max_age(self):
        return getattr(self._wire, "max_age", None)

    def ask(self, query):
        try:
            return self._wire.ask(query)
        except (OSError, EOFError):
            self._wire.close()
            self._wire = self._begin()
            return self._wire.ask(query)

    def close(self):
        self._wire.close()
