"""A soak in words and in a picture."""

from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot

from .soak import Report

MIB = 1 << 20


def markdown(report: Report) -> str:
    seen, (before, after) = report.seen, report.descriptors
    lines = [
        f"{seen.seconds / 60:.1f} minutes at {report.rate:,.0f} requests/s (highest: {report.highest:,.0f}): "
        f"{seen.asked:,} valid requests, {seen.failed:,} failed, slowest answer {seen.worst_seconds * 1000:,.0f} ms; "
        f"memory {report.growth:+.1%} once settled; file descriptors {before} before, {after} after.",
        "",
        "| who came | visits | how they ended |",
        "| --- | ---: | --- |",
    ]
    for manner, told in sorted(report.told.items()):
        ends = ", ".join(f"{outcome}: {count:,}" for outcome, count in told.most_common())
        lines.append(f"| {manner.replace('_', ' ')} | {told.total():,} | {ends} |")
    complaints = report.complaints()
    return "\n".join([*lines, "", *(f"- ✗ {complaint}" for complaint in complaints or ())]).strip()


def plot(report: Report, path: Path) -> None:
    mpl.use("agg")
    figure, (memory, descriptors) = pyplot.subplots(2, 1, figsize=(9, 4), sharex=True, layout="constrained")
    minutes = [look.seconds / 60 for look in report.looks]
    memory.plot(minutes, [look.resident_bytes / MIB for look in report.looks], color="#1f6feb", linewidth=1)
    memory.set_ylim(bottom=0)
    memory.set_ylabel("resident MiB")
    memory.set_title(f"{report.seen.rate:,.0f} valid requests/s among rude clients", loc="left", fontsize=10)
    descriptors.plot(minutes, [look.descriptors for look in report.looks], color="#d29922", linewidth=1)
    descriptors.set_ylim(bottom=0)
    descriptors.set_ylabel("descriptors")
    descriptors.set_xlabel("minutes")
    for axis in (memory, descriptors):
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
