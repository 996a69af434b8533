"""What the runtime does over time, told without waiting for it."""

from tests.unit.runtime.clock import LeapingLoop


def pytest_asyncio_loop_factories(config, item):
    return {"leaping": LeapingLoop}
