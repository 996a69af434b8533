"""Tables of what was measured, in Markdown: medians, spread, and how many times one server is another."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from .records import Record

Levels = Mapping[tuple[int, int | None], Sequence[Record]]  # by connections and rate
Group = Mapping[str, Levels]  # by server


def tables(records: Iterable[Record], against: str) -> str:
    """A table of the closed loop, one of the open, and the ratios of `against` to each other, for each model."""
    parts: list[str] = []
    for (model, rows), group in groups(records).items():
        parts.append(f"### {model}, {rows} row{'s' * (rows > 1)} a request")
        parts += filter(None, (_closed(group), _ratios(group, against), _open(group)))
    return "\n\n".join(parts)


def groups(records: Iterable[Record]) -> dict[tuple[str, int], dict[str, dict[tuple[int, int | None], list[Record]]]]:
    found: dict[tuple[str, int], dict[str, dict[tuple[int, int | None], list[Record]]]] = defaultdict(dict)
    for record in records:
        levels = found[record.model, record.rows].setdefault(record.server, {})
        levels.setdefault((record.connections, record.rate), []).append(record)
    return found


def median(records: Sequence[Record], field: str) -> float:
    values: list[float] = [getattr(record, field) for record in records]
    return statistics.median(values)


def sentence(record: Record, spoilt: bool) -> str:
    load = f"{record.rate}/s" if record.rate else f"{record.connections} connections"
    others = f"; others took {record.foreign:.0%} of a core, once more" if spoilt else ""
    pressed = f", pressure {record.pressure:.2f}" if record.pressure > 1.1 else ""
    return (
        f"   {record.server} {record.model} at {load}: {record.rps:,.0f}/s, p99 {record.p99_us / 1000:.2f} ms, "
        f"{record.cpu_us:,.1f} µs of CPU a request, {record.errors} errors{pressed}{others}"
    )


def _closed(group: Group) -> str:
    busiest = _busiest(group)
    if not busiest:
        return ""
    columns = sorted({connections for levels in group.values() for connections, rate in levels if rate is None})
    head = ["server", *(f"{name} c={c}" for c in columns for name in ("requests/s", "± %", "p99 ms"))]
    rows = []
    for server in sorted(busiest, key=lambda name: -median(busiest[name], "rps")):
        cells = [cell for c in columns for cell in _level(group[server].get((c, None), ()))]
        every = [record for levels in group[server].values() for record in levels]
        memory = max(record.rss_mib for record in every)
        errors = sum(record.errors for record in every)
        cpu = median(busiest[server], "cpu_us")
        rows.append([server, *cells, f"{cpu:,.1f}", str(errors), f"{memory:,.0f}", str(len(busiest[server]))])
    return _table([*head, "CPU µs/request", "errors", "RSS MiB", "runs"], rows)


def _level(records: Sequence[Record]) -> list[str]:
    if not records:
        return [""] * 3
    rates, middle = [record.rps for record in records], median(records, "rps")
    spread = f"{50 * (max(rates) - min(rates)) / middle:.1f}" if len(records) > 1 else ""
    return [f"{middle:,.0f}", spread, f"{median(records, 'p99_us') / 1000:.2f}"]


def _open(group: Group) -> str:
    rates = sorted({rate for levels in group.values() for _, rate in levels if rate is not None})
    if not rates:
        return ""
    head = ["server", *(f"{name} at {rate:,}/s" for rate in rates for name in ("p50 ms", "p99 ms", "answered"))]
    rows = []
    for server, levels in group.items():
        if any(rate for _, rate in levels):
            rows.append([server, *(cell for rate in rates for cell in _steady(levels.get((0, rate), ())))])
    return _table(head, rows)


def _steady(records: Sequence[Record]) -> list[str]:
    if not records:
        return [""] * 3
    answered = sum(record.rps for record in records) / sum(record.rate or 0 for record in records)
    return [f"{median(records, field) / 1000:.2f}" for field in ("p50_us", "p99_us")] + [f"{min(answered, 1):.1%}"]


def _ratios(group: Group, against: str) -> str:
    """How many times one server is each other; by gRPC it is held against those by gRPC."""
    busiest = _busiest(group)
    rows, columns = [], sorted({connections for connections, rate in group.get(against, {}) if rate is None})
    for server in sorted(set(busiest) - {against}, key=lambda name: median(busiest[name], "rps")):
        own = f"{against}-grpc" if server.endswith("-grpc") and f"{against}-grpc" in busiest else against
        if own in busiest and server != own:
            ratios = [_ratio(group[own].get((c, None), ()), group[server].get((c, None), ())) for c in columns]
            cpu = median(busiest[server], "cpu_us") / median(busiest[own], "cpu_us")
            rows.append([server, *ratios, f"{cpu:,.2f}"])
    head = [f"{against} over", *(f"c={c}" for c in columns), "CPU a request, its over ours"]
    return _table(head, rows) if rows else ""


def _ratio(ours: Sequence[Record], theirs: Sequence[Record]) -> str:
    """The median over what was measured in the same round: what pressed on one then pressed on the other."""
    rounds = {record.repeat for record in ours} & {record.repeat for record in theirs}
    ratios = [median(_of(ours, each), "rps") / median(_of(theirs, each), "rps") for each in rounds]
    return f"{statistics.median(ratios):,.2f}" if ratios else ""


def _of(records: Sequence[Record], repeat: int) -> list[Record]:
    return [record for record in records if record.repeat == repeat]


def _busiest(group: Group) -> dict[str, Sequence[Record]]:
    """Each server's closed loop of most connections."""
    found = {}
    for server, levels in group.items():
        if closed := [level for level in levels if level[1] is None]:
            found[server] = levels[max(closed)]
    return found


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
