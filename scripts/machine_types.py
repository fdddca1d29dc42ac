"""Write py_src/cellburst/pricing/types.json: EC2's Linux machine types, and what an hour of them costs in us-east-1.

What a type has comes from AWS's own DescribeInstanceTypes, as moto ships it. On-demand prices are those of the tables
below, from AWS's price list at DATE; within a family they go by the number of cores unless a type is listed. Run it
with a newer moto or newer prices and commit what it writes: python scripts/machine_types.py
"""

from __future__ import annotations

import gzip
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

DATE = "2025-09-01"
REGION = "us-east-1"
FILE = Path(__file__).parent.parent / "py_src/cellburst/pricing/types.json"
# dollars an hour of two cores ("large")
FAMILIES = {
    "c5": 0.085,
    "c5a": 0.077,
    "c5d": 0.096,
    "c5n": 0.108,
    "c6a": 0.0765,
    "c6g": 0.068,
    "c6gd": 0.0768,
    "c6gn": 0.0864,
    "c6i": 0.085,
    "c6id": 0.1008,
    "c6in": 0.1134,
    "c7a": 0.10264,
    "c7g": 0.0725,
    "c7gd": 0.0907,
    "c7gn": 0.1248,
    "c7i": 0.08925,
    "c7i-flex": 0.08479,
    "c8g": 0.07976,
    "m5": 0.096,
    "m5a": 0.086,
    "m5d": 0.113,
    "m5dn": 0.136,
    "m5n": 0.119,
    "m5zn": 0.1652,
    "m6a": 0.0864,
    "m6g": 0.077,
    "m6gd": 0.0904,
    "m6i": 0.096,
    "m6id": 0.11865,
    "m6in": 0.13923,
    "m7a": 0.11592,
    "m7g": 0.0816,
    "m7gd": 0.1068,
    "m7i": 0.1008,
    "m7i-flex": 0.09576,
    "m8g": 0.08976,
    "r5": 0.126,
    "r5a": 0.113,
    "r5d": 0.144,
    "r5n": 0.149,
    "r6a": 0.1134,
    "r6g": 0.1008,
    "r6gd": 0.1152,
    "r6i": 0.126,
    "r6id": 0.1512,
    "r7a": 0.15215,
    "r7g": 0.1071,
    "r7gd": 0.1361,
    "r7i": 0.1323,
    "r7iz": 0.186,
    "r8g": 0.11782,
}
TYPES = {
    **{f"t3.{size}": 0.0832 * part for size, part in (("large", 1), ("xlarge", 2), ("2xlarge", 4))},
    **{f"t3.{size}": 0.0832 / part for size, part in (("medium", 2), ("small", 4), ("micro", 8), ("nano", 16))},
    **{f"t3a.{size}": 0.0752 * part for size, part in (("large", 1), ("xlarge", 2), ("2xlarge", 4))},
    **{f"t3a.{size}": 0.0752 / part for size, part in (("medium", 2), ("small", 4), ("micro", 8), ("nano", 16))},
    **{f"t4g.{size}": 0.0672 * part for size, part in (("large", 1), ("xlarge", 2), ("2xlarge", 4))},
    **{f"t4g.{size}": 0.0672 / part for size, part in (("medium", 2), ("small", 4), ("micro", 8), ("nano", 16))},
    "g4dn.xlarge": 0.526,
    "g4dn.2xlarge": 0.752,
    "g4dn.4xlarge": 1.204,
    "g4dn.8xlarge": 2.176,
    "g4dn.12xlarge": 3.912,
    "g4dn.16xlarge": 4.352,
    "g5.xlarge": 1.006,
    "g5.2xlarge": 1.212,
    "g5.4xlarge": 1.624,
    "g5.8xlarge": 2.448,
    "g5.12xlarge": 5.672,
    "g5.16xlarge": 4.096,
    "g5.24xlarge": 8.144,
    "g5.48xlarge": 16.288,
    "g5g.xlarge": 0.42,
    "g5g.2xlarge": 0.556,
    "g5g.4xlarge": 0.828,
    "g5g.8xlarge": 1.372,
    "g5g.16xlarge": 2.744,
    "g6.xlarge": 0.8048,
    "g6.2xlarge": 0.9776,
    "g6.4xlarge": 1.3232,
    "g6.8xlarge": 2.0144,
    "g6.12xlarge": 4.6016,
    "g6.16xlarge": 3.3968,
    "g6.24xlarge": 6.6752,
    "g6.48xlarge": 13.3504,
    "gr6.4xlarge": 1.5392,
    "gr6.8xlarge": 2.4464,
    "g6e.xlarge": 1.861,
    "g6e.2xlarge": 2.24208,
    "g6e.4xlarge": 3.00424,
    "g6e.8xlarge": 4.52856,
    "g6e.12xlarge": 10.49264,
    "g6e.16xlarge": 7.57719,
    "g6e.24xlarge": 15.06559,
    "g6e.48xlarge": 30.13118,
    "p3.2xlarge": 3.06,
    "p3.8xlarge": 12.24,
    "p3.16xlarge": 24.48,
    "p3dn.24xlarge": 31.212,
    "p4d.24xlarge": 21.957642,
    "p4de.24xlarge": 27.44705,
    "p5.4xlarge": 6.88,
    "p5.48xlarge": 55.04,
    "p5en.48xlarge": 63.296,
}
# of an older generation, which moto does not have
DESCRIBED = {
    f"p3.{size}": [cores, memory, "x86_64", gpus, "v100", 16384, False, network]
    for size, cores, memory, gpus, network in (
        ("2xlarge", 8, 62464, 1, 1.25),
        ("8xlarge", 32, 249856, 4, 10),
        ("16xlarge", 64, 499712, 8, 25),
    )
}


def main() -> None:
    """Write the file, one type a line, so that a change can be read."""
    packed = files("moto.ec2").joinpath("resources/instance_types.json.gz").read_bytes()
    found = {name: row(about) for name, about in json.loads(gzip.decompress(packed)).items() if about}
    rows = []
    for name, facts in sorted({**DESCRIBED, **found}.items()):
        family = name.partition(".")[0]
        price = TYPES.get(name, FAMILIES.get(family, 0.0) * facts[0] / 2)
        if price and "metal" not in name:
            rows.append(json.dumps([name, *facts, round(price, 6)], separators=(",", ":")))
    body = ",\n".join(rows)
    FILE.write_text(f'{{"date": "{DATE}", "region": "{REGION}", "types": [\n{body}\n]}}\n')


def row(about: dict[str, Any]) -> list[Any]:
    """[cores, MiB, architecture, GPUs, which, MiB of one, burstable, Gbit/s]."""
    gpus = about.get("GpuInfo", {}).get("Gpus", [])
    cards = about["NetworkInfo"].get("NetworkCards", [])
    return [
        about["VCpuInfo"]["DefaultVCpus"],
        about["MemoryInfo"]["SizeInMiB"],
        "arm64" if "arm64" in about["ProcessorInfo"]["SupportedArchitectures"] else "x86_64",
        sum(gpu["Count"] for gpu in gpus),
        gpus[0]["Name"].lower() if gpus else "",
        gpus[0]["MemoryInfo"]["SizeInMiB"] if gpus else 0,
        about["BurstablePerformanceSupported"],
        round(sum(card.get("BaselineBandwidthInGbps", 0) for card in cards), 3),
    ]


if __name__ == "__main__":
    main()
