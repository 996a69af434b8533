local function check()
  if holds("Ready") then
    return health("Healthy", "Ready")
  end
  local waits_for_people = condition("Ready").reason == "PendingManualApproval"
  return health(waits_for_people and "Suspended" or "Progressing", "Ready")
end

return common() or check()
