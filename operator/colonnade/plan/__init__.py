"""Decisions: what was observed and the time in, actions and status out. No I/O, no clock, no random, no logging.

Each kind has a module with `plan(observed, now) -> Decision`: `dataset`, `modelversion`, `deployment`, `monitorpolicy`.
`observed` and `decided` are the types that `observe`, `act` and `manifests` share with it; `exposure` says what to
measure.
"""
