"""CPU seconds, memory and file descriptors of several workers as one pod's, which prometheus_client doesn't add up."""

from prometheus_client import Counter, Gauge, ProcessCollector

GAUGES = {
    "process_resident_memory_bytes": "Resident memory of all workers, in bytes.",
    "process_virtual_memory_bytes": "Virtual memory of all workers, in bytes.",
    "process_open_fds": "Open file descriptors of all workers.",
}
CPU = "process_cpu_seconds"


class Process:
    """This worker's part. The CPU seconds of workers that are gone still count."""

    def __init__(self) -> None:
        self._collector = ProcessCollector(registry=None)
        self._cpu = Counter(CPU, "User and system CPU time of all workers, in seconds.", registry=None)
        self._gauges = {
            name: Gauge(name, says, registry=None, multiprocess_mode="livesum") for name, says in GAUGES.items()
        }
        self._used = 0.0

    def publish(self) -> None:
        """Brings the series up to date."""
        for metric in self._collector.collect():
            value = metric.samples[0].value
            if metric.name == CPU:
                self._cpu.inc(value - self._used)
                self._used = value
            elif gauge := self._gauges.get(metric.name):
                gauge.set(value)
