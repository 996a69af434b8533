-- Takes what serves back, for the one promoted before it. The time makes another word of it, so that it can be said again.
local os = require("os")
obj.metadata.annotations = obj.metadata.annotations or {}
obj.metadata.annotations["colonnade.dev/undo"] = obj.status.stable.revision .. "@" .. os.date("!%Y-%m-%dT%H:%M:%SZ")
return obj
