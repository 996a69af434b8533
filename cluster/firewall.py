"""Taking back what kube-proxy, the kubelet and the cluster itself wrote into the machine's iptables."""

import shutil

from cluster.shell import run

CHAIN_PREFIXES = ("KUBE-",)
OUR_COMMENT = "colonnade-cluster"
TABLES = ("mangle", "nat", "filter")


def remove_rules() -> None:
    for family in ("iptables", "ip6tables"):
        if not shutil.which(f"{family}-save"):
            continue
        for table in TABLES:
            if undo := undoing(table, run([f"{family}-save", "-t", table])):
                run([f"{family}-restore", "--noflush", "--wait"], text=undo)


def undoing(table: str, saved: str) -> str:
    """What `iptables-restore --noflush` is to read, to rid one table of Kubernetes's chains and of our rules."""
    lines = saved.splitlines()
    chains = [line[1:].split()[0] for line in lines if line.startswith(":") and line[1:].startswith(CHAIN_PREFIXES)]
    rules = [line.replace("-A ", "-D ", 1) for line in lines if line.startswith("-A ") and _to_go(line, chains)]
    if not chains and not rules:
        return ""
    flushed = [f"-F {chain}" for chain in chains]
    removed = [f"-X {chain}" for chain in chains]
    return "\n".join([f"*{table}", *rules, *flushed, *removed, "COMMIT", ""])


def _to_go(rule: str, chains: list[str]) -> bool:
    """Rules of chains that stay, but that lead to one that goes, or bear our comment."""
    words = rule.split()
    target = words[words.index("-j") + 1] if "-j" in words else ""
    return words[1] not in chains and (target in chains or OUR_COMMENT in words)
