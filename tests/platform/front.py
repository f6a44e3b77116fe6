"""What stands in front of ministack: the public origin, and the two tools that the one-machine stack has beside it."""

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import template

# Of one connection, and set anew by whoever opens the next.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length", "host"}


def serve(handler):
    """Serves `handler` on a free port of this machine, in the background. Its origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer goes out in one piece: with Nagle's algorithm its head would wait for the other side's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Says nothing: paths hold capability tokens."""

    def answer(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))


def origin(server, prefix, plant):
    """The handler of the public origin: each path is ministack's under `prefix`. `plant` takes each answer before it goes
    out and may change it; that is how the tests show that a wrong platform does not pass."""

    class Origin(_Quiet):
        def handle_any(self):
            headers = [(name, value) for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP]
            connection = http.client.HTTPConnection(*server, timeout=60)
            try:
                connection.putrequest(self.command, prefix + self.path, skip_accept_encoding=True)
                for name, value in headers:
                    if name.lower() != "x-parlor-origin":
                        connection.putheader(name, value)
                connection.putheader("x-parlor-origin", template.ORIGIN_SECRET)
                body = self.body()
                connection.putheader("Content-Length", str(len(body)))
                connection.endheaders(body)
                response = connection.getresponse()
                status, text = response.status, response.read()
                headers = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP]
            finally:
                connection.close()
            self.answer(*plant(status, headers, text))

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any

    return Origin


def tools(outbox, run):
    """The handler of `GET /outbox.json` and `POST /schedules/{function}/run`, which answer what the one-machine stack's
    answer. `outbox` reads what was sent, `run` invokes a function as its schedule does."""

    class Tools(_Quiet):
        def do_GET(self):
            if self.path == "/outbox.json":
                self.json(200, outbox())
            else:
                self.json(404, {})

        def do_POST(self):
            self.body()
            parts = self.path.strip("/").split("/")
            if len(parts) == 3 and parts[0] == "schedules" and parts[2] == "run":
                failed, answer = run(parts[1])
                self.json(502 if failed else 200, answer)
            else:
                self.json(404, {})

        def json(self, status, value):
            self.answer(status, [("Content-Type", "application/json")], json.dumps(value).encode())

    return Tools
