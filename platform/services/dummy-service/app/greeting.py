"""The service itself: it greets, and counts whom."""

from prometheus_client import Counter
from streamforge_utils.service import BadRequest, Query, Service

MAX_NAME = 64  # characters


def build(name: str, host: str = "0.0.0.0", port: int = 8080) -> Service:  # noqa: S104
    """Makes the service, not yet started."""
    service = Service(name, host, port)
    greetings = Counter("dummy_greetings_total", "Greetings given.", registry=service.registry)

    @service.get("/greet")
    def greet(query: Query) -> dict[str, str]:
        who = query.get("name", "").strip()
        if not 0 < len(who) <= MAX_NAME:
            raise BadRequest(f"name must have 1 to {MAX_NAME} characters, got {len(who)}")
        greetings.inc()
        return {"greeting": f"Hello, {who}!"}

    return service
