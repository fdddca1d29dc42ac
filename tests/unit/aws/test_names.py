"""Names and tags of what is ours in an account."""

import pytest

from cellburst.aws import names


def test_everything_of_a_run_is_named_after_it() -> None:
    assert names.bucket("123456789012", "eu-central-1") == "cellburst-123456789012-eu-central-1"
    assert names.queue("8x1k3mq-a2b4") == "cellburst-8x1k3mq-a2b4"
    assert names.role("8x1k3mq-a2b4") == "cellburst-run-8x1k3mq-a2b4"
    assert names.role_arn("1", "r-a") == "arn:aws:iam::1:role/cellburst/cellburst-run-r-a"
    assert names.boundary_arn("1", "aws-cn") == "arn:aws-cn:iam::1:policy/cellburst/cellburst-machine"
    assert names.prefix("abc", "r-a") == "abc/r-a/"


@pytest.mark.parametrize("run", ["", "a/b", "a*", "a.b", "a b", "ä"])
def test_what_is_no_id_names_nothing(run: str) -> None:
    with pytest.raises(ValueError, match="no id of a run"):
        names.role(run)


def test_a_deadline_survives_its_tag() -> None:
    tags = names.tags("env", "run-a", machine="m1", deadline=1_900_000_000.7)
    assert tags["cellburst:deadline"] == "2030-03-17T17:46:40Z"
    assert names.deadline_of(tags) == 1_900_000_000
    assert names.as_dict(names.as_list(tags)) == tags
    assert "cellburst:token" not in tags


@pytest.mark.parametrize("text", ["", "tomorrow", "2030-03-17T17:46:40"])
def test_a_foreign_deadline_is_none(text: str) -> None:
    assert names.deadline_of({"cellburst:deadline": text}) is None
