"""How each component, and the person, finds and enters the API server."""

import json
from pathlib import Path

from cluster.certs import Authority, Certificate


def kubeconfig(authority: Authority, holder: Certificate, server: str) -> str:
    """A kubeconfig (JSON is YAML too) that names the holder's certificate files."""
    certificate, key = authority.issue(holder)
    user = {"client-certificate": str(certificate), "client-key": str(key)}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "colonnade",
                    "cluster": {"server": server, "certificate-authority": str(authority.certificate)},
                }
            ],
            "users": [{"name": holder.common_name, "user": user}],
            "contexts": [{"name": "colonnade", "context": {"cluster": "colonnade", "user": holder.common_name}}],
            "current-context": "colonnade",
        },
        indent=1,
    )


def write_kubeconfig(path: Path, authority: Authority, holder: Certificate, server: str) -> Path:
    """Writes it for its owner's eyes only, and only when it says something new."""
    wanted = kubeconfig(authority, holder, server)
    if not path.exists() or path.read_text() != wanted:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(wanted)
    return path
