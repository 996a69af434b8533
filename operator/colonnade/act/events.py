"""Kubernetes Events on our objects: each said once, under a name that makes a second saying a conflict."""

import hashlib
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from colonnade.kube.client import ApiServer
from colonnade.kube.errors import ApiError, Conflict
from colonnade.kube.kinds import EVENTS, Key, Manifest
from colonnade.plan.common.decision import Event

log = logging.getLogger(__name__)

CONTROLLER = "colonnade.dev/operator"
LONGEST_NOTE = 1024
REMEMBERED = 10_000


@dataclass
class Events:
    """instance: this replica's name, as Events carry it."""

    api: ApiServer
    instance: str
    _said: OrderedDict[str, None] = field(default_factory=OrderedDict)

    async def say(self, key: Key, uid: str, event: Event) -> None:
        """That an Event could not be written is logged and harms nothing."""
        said = hashlib.sha256("\0".join((uid, event.type, event.reason, event.message)).encode()).hexdigest()[:16]
        if said in self._said:
            return
        try:
            await self.api.create(EVENTS, key.namespace, self._manifest(key, uid, event, said))
        except Conflict:
            pass
        except ApiError as error:
            log.warning("the event %s about %s could not be written: %s", event.reason, key, error)
            return
        self._said[said] = None
        if len(self._said) > REMEMBERED:
            self._said.popitem(last=False)

    def _manifest(self, key: Key, uid: str, event: Event, said: str) -> Manifest:
        resource = key.resource
        return {
            "apiVersion": EVENTS.api_version,
            "kind": EVENTS.kind,
            "metadata": {"name": f"{key.name}.{said}", "namespace": key.namespace},
            "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "reportingController": CONTROLLER,
            "reportingInstance": self.instance[:128],
            "type": event.type,
            "reason": event.reason,
            "action": event.reason,
            "note": event.message[:LONGEST_NOTE],
            "regarding": {
                "apiVersion": resource.api_version,
                "kind": resource.kind,
                "namespace": key.namespace,
                "name": key.name,
                "uid": uid,
            },
        }
