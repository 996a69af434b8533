"""A canary's weight over time, and what a breach does to it."""

from docs.site.pictures.shapes import arrow, drawing, line, note, text

LEFT, BOTTOM, TOP = 48, 250, 40
STEPS = ((0, 90), (5, 170), (25, 250), (50, 340), (100, 460))
"""Weight in percent, and until where it lasts."""
GREEN, RED = "#00796b", "#c62828"


def picture() -> str:
    return drawing(
        310,
        "The candidate's weight rises in steps; a breach takes it to zero at once",
        (
            *(part for weight in (0, 25, 50, 100) for part in _grid(weight)),
            line(*_stairs(), colour=GREEN, width=2.5),
            line((296, _y(50)), (296, _y(0)), colour=RED, width=2.5, dashed=True),
            line((296, _y(0)), (460, _y(0)), colour=RED, width=2.5, dashed=True),
            note((52, 166), "pods start; then each step"),
            note((52, 181), "lasts its hold and passes"),
            note((352, 34), "promoted"),
            f'<g fill="{RED}">{text((304, 200), "a breach: 0 % at once,")}</g>',
            f'<g fill="{RED}">{text((304, 217), "not tried again by itself")}</g>',
            arrow((LEFT, 268), (460, 268)),
            note((460, 286), "time", anchor="end"),
            note((LEFT, 286), "candidate's share of the requests"),
        ),
    )


def _grid(weight: int) -> tuple[str, str]:
    label = note((LEFT - 6, _y(weight) + 4), f"{weight} %", anchor="end")
    return line((LEFT, _y(weight)), (460, _y(weight)), colour="#e0e0e0", width=1), label


def _stairs() -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    begins = LEFT
    for weight, ends in STEPS:
        points += [(begins, _y(weight)), (ends, _y(weight))]
        begins = ends
    return points


def _y(weight: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * weight / 100
