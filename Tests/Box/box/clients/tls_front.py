"""TLS in front of a name server that has none: what comes in on port 853 goes to its port 53 over TCP, octet by octet."""

import socket
import ssl
import threading


class TLSFront:
    def __init__(self, addresses, chain):
        self.sessions, self._open, self._lock = 0, [], threading.Lock()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(chain.chain, chain.key)
        self._context.set_alpn_protocols(["dot"])
        self._listeners = []
        for address in addresses:
            listener = socket.create_server((address, 853), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
            self._listeners.append(listener)
            threading.Thread(target=self._accept, args=(listener, address), daemon=True).start()

    def close(self):
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for client in self._open:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # gone already

    def _accept(self, listener, address):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client, address), daemon=True).start()

    def _serve(self, client, address):
        """One query at a time is enough here: each is answered before the next one is read."""
        try:
            with self._context.wrap_socket(client, server_side=True) as session, socket.create_connection((address, 53)) as server:
                with self._lock:
                    self.sessions += 1
                    self._open.append(session)
                while query := _message(session):
                    server.sendall(query)
                    session.sendall(_message(server))
        except OSError:
            pass


def _message(stream):
    """With its length in front; empty at the end."""
    length = _exactly(stream, 2)
    return length and length + _exactly(stream, int.from_bytes(length, "big"))


def _exactly(stream, count):
    octets = b""
    while len(octets) < count:
        more = stream.recv(count - len(octets))
        if not more:
            return b""
        octets += more
    return octets
