"""Blue-green: the candidate starts in full beside stable and gets all requests at once; stable stays until it has
proven itself."""

from colonnade.plan.deployment.rollout.rollout import Stage
from colonnade_api import BlueGreen


def stages(blue_green: BlueGreen) -> tuple[Stage, ...]:
    """All requests for the hold; before that, where promotion isn't automatic, none until someone agrees."""
    switch = Stage(100, blue_green.hold)
    return (switch,) if blue_green.auto_promotion else (Stage(0, ask=True), switch)
