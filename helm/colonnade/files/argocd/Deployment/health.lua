local WAITS_FOR_PEOPLE = {
  Paused = true,
  PausedAtStep = true,
  NothingJudges = true,
  SignatureChanged = true,
  SignatureUnknown = true,
}

local function check()
  if condition("Ready").reason == "NoReadyPod" then
    return health("Degraded", "Ready")
  end
  if condition("Ready").reason == "ScaledToZero" then
    return health("Suspended", "Ready")
  end
  if holds("Reconciling") then
    return health(WAITS_FOR_PEOPLE[condition("Reconciling").reason] and "Suspended" or "Progressing", "Reconciling")
  end
  if holds("Ready") then
    return health(obj.spec.paused and "Suspended" or "Healthy", "Ready")
  end
  return health("Progressing", "Ready")
end

return common() or check()
