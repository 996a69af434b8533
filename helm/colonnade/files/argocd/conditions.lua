-- Stands at the head of every health check, since Argo CD runs each as one script, and without Lua's string library.

local function condition(type)
  for _, each in ipairs((obj.status or {}).conditions or {}) do
    if each.type == type then
      return each
    end
  end
  return {}
end

local function holds(type)
  return condition(type).status == "True"
end

local function health(status, because)
  local said = condition(because)
  return {status = status, message = (said.reason or because) .. ": " .. (said.message or "")}
end

-- What is so for every kind; nil where the kind itself has to be asked.
local function common()
  if not obj.status or obj.status.observedGeneration ~= obj.metadata.generation then
    return {status = "Progressing", message = "the operator has not taken up this generation yet"}
  end
  if holds("Stalled") then
    return health("Degraded", "Stalled")
  end
end
