"""Decisions: what was observed and the time in, actions and status out. No I/O, no clock, no random, no logging.

A folder a kind, each with `plan.plan(observed, now) -> Decision` and the types that it is observed as; `common` has
what they share: actions, decision, conditions. `deployment.exposure` says what to measure.
"""
