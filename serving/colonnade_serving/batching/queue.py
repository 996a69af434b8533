"""What waits, in groups of tasks that may run together; the group with the oldest task is next."""

from collections.abc import Hashable
from typing import Final

from ..protocol.signature import Signature
from .task import InferenceTask

TOGETHER: Final = ()


class Queue:
    """Tasks by group. A group shares all dimensions but the rows; what can't be batched has a group of its own."""

    def __init__(self, signature: Signature) -> None:
        fields = [*signature.inputs.values(), *signature.outputs.values()]
        self.batchable = bool(signature.inputs) and all(field.shape[:1] == (-1,) for field in fields)
        free = any(-1 in field.shape[1:] for field in signature.inputs.values())
        self._one_group = not self.batchable or (len(signature.inputs) == 1 and not free)
        self._inputs = tuple(signature.inputs)
        self._signature = signature
        self._has_optional = bool(signature.optional)
        self._growing = [name for name, field in signature.inputs.items() if field.shape[:1] == (-1,)]
        self._groups: dict[Hashable, list[InferenceTask]] = {}
        self.tasks = 0
        self.rows = 0

    def add(self, task: InferenceTask) -> None:
        """The task waits from now on."""
        key = TOGETHER if self._one_group and task.rows and not self._overrides(task) else self._group(task)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = []
        group.append(task)
        self.tasks += 1
        self.rows += task.rows

    def agrees(self, task: InferenceTask) -> bool:
        """Whether each of its inputs has the task's rows, if any number of them; one may have a million."""
        if len(self._growing) < 2 or task.layout is not None:
            return True
        return all(task.inputs[name].shape[0] == task.rows for name in self._growing)

    def oldest(self) -> InferenceTask:
        """The task that waits longest; there must be one."""
        return self._groups[self._next()][0]

    def take(self, rows: int) -> list[InferenceTask]:
        """The oldest task and those of its group that waited next: at most `rows` together, unless one alone has more.

        rows: 0 for one task alone. What was taken for a body like those before it may turn out to override a default
        after it has come to wait among them; it runs alone all the same.
        """
        key, group = self._pop()
        count, total, careful = 1, group[0].rows, self._has_optional
        if rows and self.batchable and not (careful and self._overrides(group[0])):
            while count < len(group):
                more = total + group[count].rows
                if more > rows or (careful and self._overrides(group[count])):
                    break
                total = more
                count += 1
        if count < len(group):
            self._groups[key] = group[count:]
            del group[count:]
        self.tasks -= count
        self.rows -= total
        return group

    def forget_abandoned(self) -> None:
        """Drops what nobody waits for any more."""
        groups, self._groups = self._groups, {}
        self.tasks = self.rows = 0
        for group in groups.values():
            for task in group:
                if not task.abandoned:
                    self.add(task)

    def _pop(self) -> tuple[Hashable, list[InferenceTask]]:
        """The group with the oldest task, out of all."""
        if len(self._groups) == 1:
            return self._groups.popitem()
        key = self._next()
        return key, self._groups.pop(key)

    def _next(self) -> Hashable:
        """The group with the oldest task."""
        return min(self._groups, key=lambda key: self._groups[key][0].queued)

    def _overrides(self, task: InferenceTask) -> bool:
        """Whether it gives an input that others leave to its default: no layout has one."""
        return self._has_optional and task.layout is None and self._signature.overrides(task.inputs)

    def _group(self, task: InferenceTask) -> Hashable:
        rows = task.rows
        if self._overrides(task):
            return task
        if rows < 1:
            return task if self.batchable else TOGETHER
        layout = task.layout
        if layout is not None:
            return layout  # of a task whose inputs agree on rows
        inputs = task.arrays()
        shapes = [inputs[name].shape for name in self._inputs]
        if any(shape[0] != rows for shape in shapes):
            return task
        return tuple(shape[1:] for shape in shapes)
