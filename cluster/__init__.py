"""A real Kubernetes for a Linux machine without Docker: `python3 -m cluster up`.

Builds etcd, Kubernetes, containerd and CoreDNS from the Go module proxy, runs them as plain processes with real
certificates, RBAC and one node or more, and builds the project's images for them. Standard library only, so that the
system's own Python can start it before anything is installed.
"""
