"""A web page at an address that a name of the small internet has."""

import http.server
import threading

TEXT = "The page in the box."


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"<html><body>{TEXT}</body></html>\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Page:
    """While it is entered, `http://NAME/` has the page. `host` is a name server, whose address is on the box's loopback."""

    def __init__(self, host):
        self._server = http.server.ThreadingHTTPServer((host.v4[0], 80), _Page)

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
