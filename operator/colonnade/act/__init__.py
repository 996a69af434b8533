"""What a decision asks for, done: server-side apply, deletion, status, finalizer, Events.

`perform.act` goes through a decision in its order; `objects` and `status_writer` write only what differs, told by
`up_to_date`.
Retries are the work queue's affair: every step may be done again.
"""
