-- Sends all requests back to stable. The time makes another word of it, so that it can be said again.
local os = require("os")
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["colonnade.dev/abort"] = obj.status.candidate.revision .. "@" .. os.date("!%Y-%m-%dT%H:%M:%SZ")
return obj
