"""ministack itself, but for two waits of its own with each call of a function, which would be most of the tests' time
(difference 18 in docs/platforms.md): 40 ms, because it sends an event in two pieces with Nagle's algorithm on; and 50 ms for
what the function may have logged. Here 5 ms are enough: a function writes before it answers, and what is read later comes with
the next call."""

from http.server import BaseHTTPRequestHandler

from ministack.app import main
from ministack.core.lambda_runtime import Worker

BaseHTTPRequestHandler.disable_nagle_algorithm = True
drain = Worker._drain_stderr_bounded
Worker._drain_stderr_bounded = lambda self, **_: drain(self, first_line_wait=0.005)

if __name__ == "__main__":
    main()
