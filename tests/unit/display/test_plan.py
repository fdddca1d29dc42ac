from __future__ import annotations

from cellburst.display.plan import costs_bundle, plan_bundle
from cellburst.pricing import Work, bundled, plan
from cellburst.targets import make


def test_a_plan_is_a_table_and_sentences() -> None:
    target = make("gpu", {"backend": "ec2", "instance_type": "g5.xlarge", "max_cost": 20, "zones": "us-east-1a"})
    found = plan_bundle(plan(target, bundled(), Work(50, parallel=50)), 1.8e9)
    lines = found["text/plain"].splitlines()
    assert lines[0].split("  ")[0] == "machine"
    assert lines[1].split()[:4] == ["g5.xlarge", "4", "16", "GiB"]
    assert lines[1].split()[-3:] == ["1.006", "1.006", "us-east-1a"]
    assert "39 machines, one task at once on each, none for longer than 30.6 min" in lines
    assert "$20.00 at worst; prices of 2025-09-01" in lines
    assert "<td" in found["text/html"]
    assert "39 machines" in found["text/html"]


def test_costs_are_lines() -> None:
    found = costs_bundle(["2 machines, $0.10", "a < b"])
    assert found["text/plain"] == "2 machines, $0.10\na < b"
    assert "a &lt; b" in found["text/html"]
