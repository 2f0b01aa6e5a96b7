import json
import os
import signal
import subprocess
import sys
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from app.greeting import MAX_NAME, build


@pytest.fixture
def service():
    s = build("dummy", host="127.0.0.1", port=0)
    s.start()
    yield s
    s.stop()


def fetch(port: int, path: str) -> tuple[int, str]:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize("who", ["Ada", "Ян", "x" * MAX_NAME])
def test_it_greets(service, who):
    status, body = fetch(service.port, "/greet?name=" + quote(who))
    assert (status, json.loads(body)) == (200, {"greeting": f"Hello, {who}!"})


@pytest.mark.parametrize("query", ["", "?name=", "?name=%20", "?name=" + "x" * (MAX_NAME + 1)])
def test_it_refuses_names_out_of_bounds(service, query):
    status, body = fetch(service.port, "/greet" + query)
    assert status == 400
    assert "name must have 1 to 64 characters" in body


def test_only_greetings_count(service):
    fetch(service.port, "/greet?name=Ada")
    fetch(service.port, "/greet")
    assert "dummy_greetings_total 1.0" in fetch(service.port, "/metrics")[1]


def test_the_process_logs_json_and_ends_cleanly_on_sigterm():
    env = os.environ | {"PORT": "0", "DRAIN_SECONDS": "0"}
    with subprocess.Popen([sys.executable, "-P", "-m", "app"], stdout=subprocess.PIPE, text=True, env=env) as process:
        port = json.loads(process.stdout.readline())["port"]
        status, _ = fetch(port, "/greet?name=Ada")
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=10)
    assert status == 200
    assert json.loads(rest.splitlines()[-1])["message"] == "stopping"
    assert process.returncode == 0
