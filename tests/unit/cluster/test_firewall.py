"""What is taken back from iptables, and what is left as it was."""

from cluster.firewall import undoing

SAVED = """\
*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:DOCKER - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -m comment --comment colonnade-cluster -j MASQUERADE
-A KUBE-SERVICES -d 10.96.0.1/32 -j RETURN
COMMIT
"""


def test_the_way_into_kubernetes_is_closed_before_its_chains_go() -> None:
    lines = undoing("nat", SAVED).splitlines()
    jump = lines.index('-D PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES')
    assert jump < lines.index("-F KUBE-SERVICES") < lines.index("-X KUBE-SERVICES")


def test_our_own_rule_goes() -> None:
    assert "-D POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -m comment --comment colonnade-cluster" in undoing(
        "nat", SAVED
    )


def test_other_peoples_rules_stay() -> None:
    assert "DOCKER" not in undoing("nat", SAVED)


def test_rules_inside_a_chain_that_goes_need_no_deletion_of_their_own() -> None:
    assert "-D KUBE-SERVICES" not in undoing("nat", SAVED)


def test_a_table_without_ours_is_not_touched() -> None:
    assert undoing("nat", "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n") == ""
