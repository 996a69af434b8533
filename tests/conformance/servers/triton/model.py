"""A model of Triton's Python backend."""

import os
import sys

sys.path[:0] = os.environ["PYTHONPATH"].split(os.pathsep)  # the backend's own interpreter does not look there

import repository  # noqa: E402
import triton_python_backend_utils as pb  # noqa: E402


class TritonPythonModel:
    """One of the kit's models."""

    def initialize(self, args):
        """args: what Triton says of the model."""
        self.name = args["model_name"]

    def execute(self, requests):
        """One answer a request, with the outputs that it asked for."""
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        arrays = {name: pb.get_input_tensor_by_name(request, name).as_numpy() for name in repository.inputs(self.name)}
        computed = repository.compute(self.name, arrays)
        wanted = request.requested_output_names()
        return pb.InferenceResponse([pb.Tensor(name, array) for name, array in computed.items() if name in wanted])
