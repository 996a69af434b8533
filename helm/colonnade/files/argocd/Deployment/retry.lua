-- Tries the revision that was rejected last again. The time makes another word of it, so that it can be said again.
local os = require("os")
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["colonnade.dev/retry"] = obj.status.rejected[1].revision .. "@" .. os.date("!%Y-%m-%dT%H:%M:%SZ")
return obj
