"""A small HTTP service: routes that answer JSON, probes, metrics, and a clean stop.

GET /healthz says that the process lives, GET /readyz that it wants traffic: 503 before
`ready()` and from the first SIGTERM on. GET /metrics is what Prometheus scrapes.
"""

import json
import logging
import signal
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

Query = dict[str, str]
Handler = Callable[[Query], Any]

log = logging.getLogger(__name__)


class BadRequest(Exception):
    """Raised by a handler for a request that cannot be served; its text goes to the client."""


class Service:
    """One service. `port` 0 takes a free port, `host` is every address by default, as a pod needs it."""

    def __init__(self, name: str, host: str = "0.0.0.0", port: int = 8080):  # noqa: S104
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        labels = ["route", "code"]
        self._requests = Counter("service_requests_total", "Requests answered.", labels, registry=self.registry)
        self._seconds = Histogram("service_request_seconds", "Time to answer.", ["route"], registry=self.registry)
        self._name = name
        self._routes: dict[str, Handler] = {}
        self._ready = Event()
        self._server = ThreadingHTTPServer((host, port), self._handler())
        self.port = self._server.server_port

    def get(self, path: str) -> Callable[[Handler], Handler]:
        """Registers a handler: it gets the query (last value of each key) and returns what json can dump."""

        def register(handler: Handler) -> Handler:
            self._routes[path] = handler
            return handler

        return register

    def ready(self, is_ready: bool = True) -> None:
        """Says whether the service wants traffic."""
        (self._ready.set if is_ready else self._ready.clear)()

    def start(self) -> None:
        """Serves in the background; `stop` ends it."""
        Thread(target=self._server.serve_forever, args=(0.05,), name=f"{self._name}-http", daemon=True).start()
        log.info("listening", extra={"port": self.port})

    def stop(self) -> None:
        """Stops taking requests; those being answered finish."""
        self.ready(False)
        self._server.shutdown()
        self._server.server_close()

    def run(self, drain: float = 5.0) -> None:
        """Serves until SIGTERM or SIGINT. Then it is not ready for `drain` seconds, in which the
        cluster takes it out of its endpoints, and stops."""
        end = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: end.set())
        self.start()
        self.ready()
        end.wait()
        log.info("stopping", extra={"drain_seconds": drain})
        self.ready(False)
        time.sleep(drain)
        self.stop()

    def _answer(self, path: str, query: Query) -> tuple[HTTPStatus, str, bytes]:
        """Answers with status, content type and body."""
        if path == "/metrics":
            return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self.registry)
        if path == "/healthz":
            return HTTPStatus.OK, "text/plain", b"ok\n"
        if path == "/readyz":
            is_ready = self._ready.is_set()
            status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
            return status, "text/plain", b"ready\n" if is_ready else b"not ready\n"
        status, answer = self._call(path, query)
        return status, "application/json", json.dumps(answer).encode() + b"\n"

    def _call(self, path: str, query: Query) -> tuple[HTTPStatus, Any]:
        handler = self._routes.get(path)
        if handler is None:
            return HTTPStatus.NOT_FOUND, {"error": "no such path"}
        try:
            return HTTPStatus.OK, handler(query)
        except BadRequest as bad:
            return HTTPStatus.BAD_REQUEST, {"error": str(bad)}
        except Exception:
            log.exception("request not served", extra={"path": path})
            return HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "internal error"}

    def _handler(service) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Requests(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                query = {key: values[-1] for key, values in parse_qs(url.query).items()}
                began = time.monotonic()
                status, content_type, body = service._answer(url.path, query)
                # Paths nobody registered are one label: else anybody could make metrics without end.
                if url.path in service._routes or status == HTTPStatus.NOT_FOUND:
                    route = url.path if url.path in service._routes else "unknown"
                    service._requests.labels(route, str(int(status))).inc()
                    service._seconds.labels(route).observe(time.monotonic() - began)
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                log.debug(format, *args)

        return Requests
