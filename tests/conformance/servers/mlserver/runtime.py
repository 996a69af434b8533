"""A custom runtime as MLServer's documentation shows them."""

import repository
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Kit(MLModel):
    """One of the kit's models."""

    async def load(self) -> bool:
        """Nothing is to be loaded."""
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Decodes by datatype, computes, encodes."""
        arrays = {
            tensor.name: NumpyCodec.decode_input(tensor) for tensor in payload.inputs if tensor.datatype != "BYTES"
        }
        texts = {tensor.name: tensor for tensor in payload.inputs if tensor.datatype == "BYTES"}
        if texts:
            encoded = StringCodec.encode_output("y", StringCodec.decode_input(texts["x"]))
            encoded.shape = texts["x"].shape
            outputs = [encoded]
        else:
            computed = repository.compute(self.name, arrays)
            outputs = [NumpyCodec.encode_output(name, array) for name, array in computed.items()]
        return InferenceResponse(id=payload.id, model_name=self.name, model_version=self.version, outputs=outputs)
