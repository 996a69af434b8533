"""Default deny, and what is needed."""

import yaml

from tests.unit.chart.rendered import Manifest, containers, named, of_kind, pods, render


def selects(selector: Manifest, labels: dict[str, str]) -> bool:
    return bool(selector.get("matchLabels", {}).items() <= labels.items())


def test_every_policy_selects_a_pod(chart: list[Manifest]) -> None:
    for policy in of_kind(chart, "NetworkPolicy"):
        selector = policy["spec"]["podSelector"]
        assert any(selects(selector, labels) for _, labels, _ in pods(chart)), policy["metadata"]["name"]


def test_every_pod_of_ours_is_denied_what_no_policy_allows(chart: list[Manifest]) -> None:
    deny = named(chart, "NetworkPolicy", "colonnade-default-deny")["spec"]
    assert deny["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & deny.keys()
    for name, labels, _ in pods(chart):
        assert selects(deny["podSelector"], labels), name


def test_every_port_that_is_opened_is_one_that_is_listened_on(chart: list[Manifest]) -> None:
    for policy in of_kind(chart, "NetworkPolicy"):
        listening = {
            port["name"]
            for _, labels, spec in pods(chart)
            if selects(policy["spec"]["podSelector"], labels)
            for each in containers(spec)
            for port in each.get("ports", [])
        }
        for rule in policy["spec"].get("ingress", []):
            assert {port["port"] for port in rule["ports"]} <= listening, policy["metadata"]["name"]


def test_every_peer_within_the_namespace_exists(chart: list[Manifest]) -> None:
    for policy in of_kind(chart, "NetworkPolicy"):
        rules = [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]
        peers = [peer for rule in rules for peer in (*rule.get("from", []), *rule.get("to", []))]
        for peer in (peer for peer in peers if "namespaceSelector" not in peer):
            assert any(selects(peer["podSelector"], labels) for _, labels, _ in pods(chart)), policy["metadata"]["name"]


def test_only_the_operator_and_prometheus_reach_the_agents(chart: list[Manifest]) -> None:
    rules = named(chart, "NetworkPolicy", "colonnade-router")["spec"]["ingress"]
    open_to_all = [port["port"] for rule in rules if "from" not in rule for port in rule["ports"]]
    assert open_to_all == ["http"]


def test_they_can_be_left_out() -> None:
    assert not of_kind(render({"networkPolicies": {"enabled": False}}), "NetworkPolicy")


def scrapes(rendered: list[Manifest]) -> dict[str, Manifest]:
    config = yaml.safe_load(named(rendered, "ConfigMap", "colonnade-prometheus")["data"]["prometheus.yml"])
    return {job["job_name"]: job for job in config["scrape_configs"]}


def test_prometheus_scrapes_ports_that_exist(chart: list[Manifest]) -> None:
    jobs = scrapes(chart)
    assert set(jobs) == {"operator", "router", "agent", "serving"}
    for name in ("operator", "router", "agent"):
        (discovery,) = jobs[name]["kubernetes_sd_configs"]
        component = discovery["selectors"][0]["label"].partition("=")[2]
        port = next(each["regex"] for each in jobs[name]["relabel_configs"] if each["action"] == "keep")
        spec = named(chart, "Deployment", f"colonnade-{component}")["spec"]["template"]["spec"]
        assert port in {each["name"] for container in containers(spec) for each in container.get("ports", [])}, name


def test_serving_pods_are_told_apart_by_revision(chart: list[Manifest]) -> None:
    targets = {each.get("target_label") for each in scrapes(chart)["serving"]["relabel_configs"]}
    assert {"namespace", "deployment", "revision"} <= targets


def test_prometheus_looks_only_where_it_may() -> None:
    jobs = scrapes(render({"watchNamespaces": ["team-a"]}))
    (discovery,) = jobs["serving"]["kubernetes_sd_configs"]
    assert discovery["namespaces"] == {"names": ["team-a", "colonnade-system"]}


def test_without_the_bundled_prometheus_nothing_of_it_is_left() -> None:
    rendered = render({"prometheus": {"enabled": False, "url": "http://prometheus.monitoring:9090"}})
    assert not [each for each in rendered if each["metadata"]["name"] == "colonnade-prometheus"]
    env = named(rendered, "Deployment", "colonnade-operator")["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "COLONNADE_PROMETHEUS_URL", "value": "http://prometheus.monitoring:9090"} in env
