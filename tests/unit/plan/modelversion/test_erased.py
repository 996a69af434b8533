"""A model whose rows were erased says so, once and for all, and says what can't be erased."""

from dataclasses import replace

from colonnade.plan.common.observed import InvalidSpec
from colonnade.plan.modelversion.plan import plan
from colonnade_api.datasets.descent import ErasedBeneath
from colonnade_api.datasets.erasure import ErasedVersion
from tests.unit.plan.modelversion.test_modelversion import said, seen, trained, version
from tests.unit.plan.world import at, digest

BENEATH = ErasedBeneath(
    "users",
    ErasedVersion(digest=digest("old"), successor=digest("new"), by="dpo", at=at(60), reason="request 2026-118"),
)


def test_a_model_whose_rows_were_erased_says_by_whom_why_and_what_stays() -> None:
    before = trained(version(), roc_auc=0.9)
    assert said(before, "Erased")[0] == "absent"
    after = seen(replace(before, erased=BENEATH), 100)
    status, reason, message = said(after, "Erased")
    assert (status, reason) == ("True", "RowsErased")
    assert f"dset/users {digest('old')[7:17]}, on which it was trained, were erased on 2026-11-23 by dpo" in message
    assert "(request 2026-118); its weights, golden inputs and distributions are what they made of them" in message
    assert said(after, "Ready")[0] == "True", "it goes on to serve until another one does"


def test_it_says_so_for_good_though_nobody_remembers_and_says_it_once() -> None:
    after = seen(replace(trained(version(), roc_auc=0.9), erased=BENEATH), 100)
    later = seen(replace(after, erased=None), 200)
    assert said(later, "Erased") == said(after, "Erased")
    assert plan(later, at(300)).events == ()
    broken = seen(replace(later, spec=InvalidSpec("spec.model: no")), 400)
    assert said(broken, "Erased") == said(after, "Erased")
