import json
import logging

from colonnade_serving.telemetry.logs import JsonFormatter, RateLimitFilter


def record(message: str, seconds: float = 0.0, **extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"msg": message, "levelname": "WARNING", "name": "a", "created": seconds, **extra})
    made.msecs = seconds % 1 * 1000
    return made


def test_a_record_is_one_line_of_json_with_what_extra_brought():
    line = JsonFormatter().format(record("it\nfailed", 1.5, status=500))
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:01.500Z",
        "level": "warning",
        "logger": "a",
        "message": "it\nfailed",
        "status": 500,
    }


def test_a_flood_is_one_record_a_second_that_counts_the_rest():
    limit = RateLimitFilter()
    flood = [record("x", 10 + n / 100) for n in range(250)]
    passed = [each for each in flood if limit.filter(each)]
    assert [vars(each)["held_back"] for each in passed] == [0, 99, 99]
