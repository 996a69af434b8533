"""What `helm test` asks: does each component answer, from inside the cluster?"""

import sys
import time
import urllib.error
import urllib.request

TIMEOUT_SECONDS = 60


def answers(url: str) -> str:
    """The answer's status; any answer of the router's is a sign of life, since it knows no Deployment yet."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        if error.code == 404 and error.headers.get("server") == "envoy":
            return "404 from Envoy"
        return f"no: HTTP {error.code}"
    except OSError as error:
        return f"no: {getattr(error, 'reason', error)}"


def asked(name: str, url: str) -> bool:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while (answer := answers(url)).startswith("no") and time.monotonic() < deadline:
        time.sleep(1)
    print(f"{name:<12}{url}  {answer}", flush=True)
    return not answer.startswith("no")


found = [asked(*pair.split("=", 1)) for pair in sys.argv[1:]]
sys.exit(0 if all(found) else 1)
