"""The ways to a server that every row is tried over, and questions and updates over each of them."""

import socket
import struct

from .. import name, tls, wire
from ..attacks import client
from . import message, tsig

PATIENCE = 5


def of(server):
    """Title -> a function that takes a message and gives the reply's octets, or None when there is none."""
    return {"UDP": lambda octets, patience=PATIENCE: client.exchange(server.port, octets, patience=patience),
            "TCP": lambda octets, patience=PATIENCE: client.exchange(server.port, octets, tcp=True, patience=patience),
            "DoT": lambda octets, patience=PATIENCE: tls.exchange(server.tls_port, octets, patience=patience)}


def send(way, octets, key=None):
    """Sends a message, signed if there is a key, and returns the reply's RCODE, once its signature is seen to be good."""
    signed = tsig.sign(octets, key) if key else octets
    reply = way(signed)
    if reply is None:
        return "silence"
    if key:
        try:
            tsig.verify(reply, key, tsig.mac_of(signed))
        except tsig.BadSignature as error:
            return f"a bad signature: {error}"
    return wire.parse(tsig.split(reply)[0]).rcode


def look(way, qname, type_text, recursion=False):
    """The RCODE and the texts of the records that answer, sorted."""
    reply = way(message.message(message.QUERY, [message.question(qname, type_text)], flags=wire.RD if recursion else 0))
    if reply is None:
        return "silence", []
    parsed = wire.parse(reply)
    return parsed.rcode, sorted(record.text for record in parsed.answer)


def transfer(server, query, *, have=None, encrypted=False, patience=20):
    """The messages of a transfer over a stream, until its last SOA; those before that too when the stream ends early. `have` is the serial
    that an incremental one starts from.
    """
    with (tls.connect(server.tls_port, patience=patience) if encrypted else socket.create_connection(("127.0.0.1", server.port), patience)) as stream:
        stream.sendall(struct.pack("!H", len(query)) + query)
        messages, progress = [], _Progress(have)
        while not progress.ended:
            octets = client.read_frame(stream)
            if octets is None:
                break
            messages.append(octets)
            progress.take(octets)
        return messages


class _Progress:
    """Knows where a transfer ends (RFC 5936 §2.2, RFC 1995 §4)."""

    def __init__(self, have):
        self.ended, self._have, self._serials = False, have, []

    def take(self, octets):
        parsed = wire.parse(tsig.split(octets)[0])
        self._serials += [int(record.text.split()[2]) for record in parsed.answer if record.type == message.SOA]
        newest = self._serials[0] if self._serials else None
        incremental = len(self._serials) > 1 and self._serials[1] != newest
        # An SOA alone that is not newer than what we have is all there is (RFC 1995 §2).
        nothing_new = self._have is not None and len(parsed.answer) == len(self._serials) == 1 and (self._have - newest) % (1 << 32) < 1 << 31
        self.ended = (parsed.rcode != "NOERROR" or nothing_new
                      or self._serials.count(newest) == (3 if incremental else 2) and parsed.answer[-1].type == message.SOA)
