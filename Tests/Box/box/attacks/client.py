"""The attacks' client: one question at a time, over a transport, from a source and with flags of its choice."""

import random
import socket
import struct

from .. import name, rdata, wire


def ask(port, qname, qtype="A", *, recursion=True, tcp=False, source="127.0.0.1", patience=3, payload=1232, flags=0, edns_flags=0):
    """The reply as a `wire.Message`, None when there is none. ValueError when it is malformed."""
    qname = name.parse(qname) if isinstance(qname, str) else qname
    packet = exchange(port, wire.compose_query(random.getrandbits(16), qname, rdata.number_of(qtype), recursion, payload, flags, edns_flags),
                      tcp=tcp, source=source, patience=patience)
    return None if packet is None else wire.parse(packet)


def exchange(port, query, *, tcp=False, source="127.0.0.1", patience=3):
    """Octets for octets; None when nothing comes, or the connection is closed."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM) as endpoint:
        endpoint.settimeout(patience)
        endpoint.bind((source, 0))
        try:
            endpoint.connect(("127.0.0.1", port))
            if not tcp:
                endpoint.send(query)
                return endpoint.recv(65535)
            endpoint.sendall(struct.pack("!H", len(query)) + query)
            return read_frame(endpoint)
        except OSError:
            return None


def read_frame(endpoint):
    head = _read(endpoint, 2)
    return head and _read(endpoint, *struct.unpack("!H", head))


def _read(endpoint, count):
    octets = b""
    while len(octets) < count:
        piece = endpoint.recv(count - len(octets))
        if not piece:
            return None
        octets += piece
    return octets


def said(message):
    """A reply in few words, for comparing and for showing."""
    if message is None:
        return "silence"
    records = sorted({record.text for record in message.answer})
    return " ".join([message.rcode, *records[:4]]) + (f" and {len(records) - 4} more" if len(records) > 4 else "")
