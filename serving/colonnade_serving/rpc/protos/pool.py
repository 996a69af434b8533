"""Where this package's messages live.

Any two of tritonclient, kserve, mlserver and open-inference-grpc in one process die of a duplicate
`inference.ServerLiveRequest` in protobuf's default pool. Ours has a pool of its own and can stand beside each of them.
"""

from google.protobuf.descriptor_pool import DescriptorPool

POOL = DescriptorPool()
