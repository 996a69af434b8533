-- Goes on from the step at which the rollout stands; signals still judge.
local step = obj.status.step or {index = 0}
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["colonnade.dev/promote"] = obj.status.candidate.revision .. "/" .. step.index
return obj
