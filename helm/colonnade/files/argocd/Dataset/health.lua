local function check()
  if holds("Reconciling") then
    local waits_for_people = condition("Reconciling").reason == "WaitingForUpload"
    return health(waits_for_people and "Suspended" or "Progressing", "Reconciling")
  end
  return health(holds("Ready") and "Healthy" or "Progressing", "Ready")
end

return common() or check()
