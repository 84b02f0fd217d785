"""HTTP/2 by hand (RFC 9113), so that it can be wrong: frames made and read, header fields as literals (RFC 7541 §6.2.2)."""

import base64
import socket
import struct

DATA, HEADERS, PRIORITY, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS = 1, 1, 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
PROTOCOL_ERROR, ENHANCE_YOUR_CALM = 1, 11
INITIAL_WINDOW = 4  # a setting


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def setting(number, value):
    return frame(SETTINGS, payload=struct.pack("!HI", number, value))


def window(stream, octets):
    return frame(WINDOW, stream=stream, payload=struct.pack("!I", octets))


def reset(stream, code=8):
    return frame(RESET, stream=stream, payload=struct.pack("!I", code))


def _string(octets):
    count = len(octets)
    if count < 127:
        return bytes((count,)) + octets
    head, count = b"\x7f", count - 127
    while count >= 128:
        head, count = head + bytes((count % 128 + 128,)), count // 128
    return head + bytes((count,)) + octets


def field(name, value, first=b"\0"):
    """A literal field; `first` 0x40 enters it in the table of the connection."""
    return first + _string(name) + _string(value)


def fields(query=None, method=b"GET", path=b"/dns-query"):
    if query is not None:
        path += b"?dns=" + base64.urlsafe_b64encode(query).rstrip(b"=")
    block = field(b":method", method) + field(b":scheme", b"https") + field(b":authority", b"dns.example") + field(b":path", path)
    return block + (field(b"content-type", b"application/dns-message") if method == b"POST" else b"")


def request(stream, query=None, method=b"GET", ends=True):
    return frame(HEADERS, END_HEADERS | (END_STREAM if ends else 0), stream, fields(query, method))


class Connection:
    """A client in cleartext, with prior knowledge."""

    def __init__(self, port, source, settings=b"", patience=5):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.settimeout(patience)
        self.socket.bind((source, 0))
        self.socket.connect(("127.0.0.1", port))
        self.has_ended, self.reason, self._rest = False, None, b""
        self.resets = self.answers = 0
        self.send(PREFACE + (settings or frame(SETTINGS)))

    def send(self, octets):
        """False when the server has closed the connection."""
        try:
            self.socket.sendall(octets)
        except OSError:
            self.has_ended = True
        return not self.has_ended

    def read(self, patience=0):
        """Takes what came, and notes what it says; nothing more comes once the connection has ended."""
        self.socket.settimeout(patience)
        try:
            while not self.has_ended:
                piece = self.socket.recv(65536)
                if not piece:
                    self.has_ended = True
                self._note(piece)
        except (BlockingIOError, TimeoutError):
            pass
        except OSError:
            self.has_ended = True
        self.socket.settimeout(5)

    def _note(self, piece):
        self._rest += piece
        while len(self._rest) >= 9:
            end = 9 + int.from_bytes(self._rest[:3], "big")
            if len(self._rest) < end:
                break
            kind, flags, payload = self._rest[3], self._rest[4], self._rest[9:end]
            self._rest = self._rest[end:]
            if kind == GOAWAY:
                self.reason = int.from_bytes(payload[4:8], "big")
            self.resets += kind == RESET
            self.answers += kind in (DATA, HEADERS) and flags & END_STREAM

    def close(self):
        self.socket.close()
