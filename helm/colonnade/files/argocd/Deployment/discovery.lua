-- What `kubectl colonnade` could do now; the rest is greyed out.
local status = obj.status or {}

local function is_rejected(revision)
  for _, entry in ipairs(status.rejected or {}) do
    if entry.revision == revision then
      return true
    end
  end
  return false
end

local function can_be_undone()
  if not status.stable or status.candidate then
    return false
  end
  for _, over in ipairs(status.history or {}) do
    if over.outcome == "Promoted" and over.revision ~= status.stable.revision and not is_rejected(over.revision) then
      return true
    end
  end
  return false
end

return {
  promote = {disabled = not status.candidate, displayName = "Promote"},
  abort = {disabled = not status.candidate, displayName = "Abort"},
  undo = {disabled = not can_be_undone(), displayName = "Undo"},
  retry = {disabled = not (status.rejected or {})[1], displayName = "Retry"},
}
