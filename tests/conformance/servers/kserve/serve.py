"""KServe's Python server with a class for each of the kit's models: serve.py HTTP_PORT GRPC_PORT SCRATCH."""

import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
http, grpc = int(sys.argv[1]), int(sys.argv[2])
del sys.argv[1:]

import repository  # noqa: E402
from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer  # noqa: E402


class Kit(Model):
    """One of the kit's models."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.ready = True

    def load(self) -> bool:
        """Nothing is to be loaded."""
        self.ready = True
        return True

    async def get_input_types(self) -> list[dict]:
        """For the metadata."""
        return _described(repository.inputs(self.name))

    async def get_output_types(self) -> list[dict]:
        """For the metadata."""
        return _described(repository.outputs(self.name))

    async def predict(self, payload: InferRequest, headers=None, response_headers=None) -> InferResponse:
        """As kserve.utils.get_predict_response has it, with the model's own output names."""
        arrays = {tensor.name: tensor.as_numpy() for tensor in payload.inputs}
        outputs = []
        for name, array in repository.compute(self.name, arrays).items():
            output = InferOutput(name, list(array.shape), repository.outputs(self.name)[name])
            output.set_data_from_numpy(array, binary_data=payload.use_binary_outputs)
            outputs.append(output)
        return InferResponse(
            payload.id or str(uuid.uuid4()),
            self.name,
            outputs,
            use_binary_outputs=payload.use_binary_outputs,
            requested_outputs=payload.request_outputs,
        )


def _described(tensors: dict) -> list[dict]:
    return [{"name": name, "datatype": datatype, "shape": [-1, 2]} for name, datatype in tensors.items()]


if __name__ == "__main__":
    server = ModelServer(http_port=http, grpc_port=grpc, workers=1, enable_docs_url=True)
    server.start([Kit(name) for name in (*repository.SAME, repository.SUMS)])
