import json
import logging

import pytest

from streamforge_utils import log


def line(capsys: pytest.CaptureFixture[str]) -> dict:
    return json.loads(capsys.readouterr().out)


def test_a_record_is_one_json_line_with_its_extra(capsys):
    log.setup("billing")
    logging.getLogger("app").info("paid %d", 3, extra={"customer": "öko"})
    got = line(capsys)
    assert got.pop("time").endswith("+00:00")
    assert got == {"level": "info", "logger": "app", "service": "billing", "message": "paid 3", "customer": "öko"}


def test_an_exception_stays_in_the_line(capsys):
    log.setup("billing")
    try:
        raise KeyError("k")
    except KeyError:
        logging.getLogger("app").exception("no")
    assert "KeyError: 'k'" in line(capsys)["error"]


def test_below_the_level_nothing_is_written(capsys):
    log.setup("billing", "warning")
    logging.getLogger("app").info("hidden")
    assert capsys.readouterr().out == ""
