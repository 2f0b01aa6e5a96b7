import json
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from streamforge_utils.service import BadRequest, Service


@pytest.fixture
def service():
    s = Service("t", host="127.0.0.1", port=0)
    s.get("/double")(lambda query: {"result": 2 * int(query["n"])})
    s.start()
    yield s
    s.stop()


def fetch(service: Service, path: str) -> tuple[int, str]:
    try:
        with urlopen(f"http://127.0.0.1:{service.port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def test_a_route_answers_json(service):
    status, body = fetch(service, "/double?n=1&n=21")
    assert (status, json.loads(body)) == (200, {"result": 42})


def test_readiness_follows_the_service_and_liveness_does_not(service):
    assert fetch(service, "/readyz")[0] == 503
    service.ready()
    assert fetch(service, "/readyz")[0] == 200
    service.ready(False)
    assert fetch(service, "/readyz")[0] == 503
    assert fetch(service, "/healthz")[0] == 200


def test_bad_requests_and_bugs_are_told_apart(service):
    @service.get("/bad")
    def bad(query):
        raise BadRequest("n is missing")

    assert fetch(service, "/bad") == (400, '{"error": "n is missing"}\n')
    assert fetch(service, "/double?n=x") == (500, '{"error": "internal error"}\n')
    assert fetch(service, "/nope")[0] == 404


def test_metrics_count_by_route_and_unknown_paths_share_one_label(service):
    for path in ("/double?n=1", "/double?n=2", "/x", "/y", "/healthz"):
        fetch(service, path)
    metrics = fetch(service, "/metrics")[1]
    assert 'service_requests_total{code="200",route="/double"} 2.0' in metrics
    assert 'service_requests_total{code="404",route="unknown"} 2.0' in metrics
    assert 'route="/healthz"' not in metrics
