-- What `kubectl colonnade` could do now; the rest is greyed out.
local status = obj.status or {}

return {
  promote = {disabled = not status.candidate, displayName = "Promote"},
  abort = {disabled = not status.candidate, displayName = "Abort"},
  retry = {disabled = not (status.rejected or {})[1], displayName = "Retry"},
}
