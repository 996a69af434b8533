"""What the server and its models say they are, over REST and gRPC."""

from typing import Final

SERVER: Final = "colonnade"
EXTENSIONS: Final = ("binary_tensor_data", "model_configuration", "model_repository", "statistics")
PLATFORM: Final = "onnxruntime_onnx"
"""Of every model, in Triton's words."""
