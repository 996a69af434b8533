"""Sizes as Kubernetes writes them."""

import pytest

from colonnade_api.sizes import size_bytes


@pytest.mark.parametrize(
    ("size", "count"), [("50Mi", 52428800), ("2Gi", 2**31), ("500k", 500_000), ("7", 7), ("1Ki", 1024)]
)
def test_a_size_is_so_many_bytes(size: str, count: int) -> None:
    assert size_bytes(size) == count


def test_what_is_no_size_says_what_one_is() -> None:
    with pytest.raises(ValueError, match="such as 50Mi"):
        size_bytes("5 MB")
