"""What stands in front of ministack: the public origin, and the two tools that the one-machine stack has beside it."""

import http.client
import json
import select
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


class _Passed(_Quiet):
    """Passes each request on over one connection, which is as old as the caller's own."""

    server_address = None
    upstream = None

    def passed(self, path, headers, body):
        """What `path` answers there: status, headers and body."""
        # What can be read before anything was asked is the end: a connection that was idle is closed over there.
        if self.upstream is not None and select.select([self.upstream.sock], [], [], 0)[0]:
            self.close_upstream()
        if self.upstream is None:
            self.upstream = http.client.HTTPConnection(*self.server_address, timeout=60)
            self.upstream.connect()
            # A request, too, goes out in one piece.
            self.upstream.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.upstream.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                self.upstream.putheader(name, value)
            self.upstream.putheader("Content-Length", str(len(body)))
            self.upstream.endheaders(body)
            response = self.upstream.getresponse()
            text = response.read()
        except BaseException:
            self.close_upstream()
            raise
        if response.will_close:
            self.close_upstream()
        return response.status, self.own(response.getheaders()), text

    def own(self, headers):
        return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP]

    def close_upstream(self):
        if self.upstream is not None:
            self.upstream.close()
            self.upstream = None

    def finish(self):
        self.close_upstream()
        super().finish()

    def __getattr__(self, name):
        """Whatever the method: who answers decides about it."""
        if name.startswith("do_"):
            return self.handle_any
        raise AttributeError(name)


def origin(server, prefix, shown, plant):
    """The handler of the public origin: each path is ministack's under `prefix`, and the functions get the headers
    `shown`, whatever the caller sent under their names. `plant` takes each answer before it goes out and may change it;
    that is how the tests show that a wrong platform does not pass."""
    shown = {name.lower(): value for name, value in shown.items()}

    class Origin(_Passed):
        server_address = server

        def handle_any(self):
            headers = [(name, value) for name, value in self.own(self.headers.items()) if name.lower() not in shown]
            headers += [("Host", f"{server[0]}:{server[1]}"), *shown.items()]
            self.answer(*plant(*self.passed(prefix + self.path, headers, self.body())))

    return Origin


def services(server, plant):
    """The handler of AWS's services as the functions see them while an answer to them is planted. `plant` takes the
    operation's name and the answer."""

    class Services(_Passed):
        server_address = server

        def handle_any(self):
            # The host is signed, so it stays what the function took for it.
            headers = [*self.own(self.headers.items()), ("Host", self.headers["Host"])]
            operation = self.headers.get("x-amz-target", "").partition(".")[2]
            status, headers, text = self.passed(self.path, headers, self.body())
            headers = [(name, value) for name, value in headers if name.lower() != "x-amz-crc32"]
            status, text = plant(operation, status, text)
            self.answer(status, headers, text)

    return Services


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
