"""The box's client over TLS: one question on a new connection, and what a client says first."""

import socket
import ssl
import struct


def context(protocol="dot", version=None):
    """Whom the server says it is does not matter here."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.set_alpn_protocols([protocol])
    if version:
        made.minimum_version = made.maximum_version = version
    return made


def connect(port, source="127.0.0.1", protocol="dot", patience=5, small=False):
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    endpoint.settimeout(patience)
    if small:
        endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    try:
        endpoint.bind((source, 0))
        endpoint.connect(("127.0.0.1", port))
        return context(protocol).wrap_socket(endpoint)
    except BaseException:
        endpoint.close()
        raise


def exchange(port, query, source="127.0.0.1", patience=5):
    """Octets for octets over DoT; None when nothing comes, or the connection is closed."""
    try:
        with connect(port, source, patience=patience) as session:
            session.sendall(struct.pack("!H", len(query)) + query)
            octets = b""
            while len(octets) < 2 or len(octets) < 2 + int.from_bytes(octets[:2], "big"):
                piece = session.recv(65537)
                if not piece:
                    return None
                octets += piece
            return octets[2:]
    except OSError:
        return None


def client_hello():
    """What a client sends first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context().wrap_bio(incoming, outgoing)
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()
