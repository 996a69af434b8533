"""The server: FastAPI for everything that describes, one short path for infer, and a drain that fails no request."""
