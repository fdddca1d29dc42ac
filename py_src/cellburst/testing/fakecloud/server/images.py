"""What an image of a machine has: the programs that are put into it."""

from __future__ import annotations

import os
import shutil
import sys

from cellburst.testing.fakecloud.machines import power, root
from cellburst.testing.fakecloud.server.types import Type

_DRIVER, _CUDA = "550.144.03", "12.4"


def programs(kind: Type, folder: str, isolated: bool) -> dict[str, str]:
    """Paths from a machine's root to texts of programs, or to what they link to ("@...")."""
    place = root.POWER if isolated else os.path.join(folder, "power")
    found = {f"usr/sbin/{name}": power.program(place) for name in power.NAMES}
    if isolated:
        found["usr/bin/systemctl"] = power.program(place)  # so that a full path finds it, too
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if not shutil.which(version, path="/usr/bin:/bin"):
        found[f"usr/local/bin/{version}"] = "@" + os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    if kind.gpus:
        found["usr/local/bin/nvidia-smi"] = _nvidia_smi(kind)
    return found


def environment(kind: Type, endpoint: str) -> dict[str, str]:
    """What a machine's processes find: the way to this cloud, and what such a type has but this host has not."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "CELLBURST_FAKE_GPUS": str(kind.gpus),
        "CELLBURST_FAKE_GPU": kind.gpu,
        "CELLBURST_FAKE_CPUS": str(kind.cpus),
        "CELLBURST_FAKE_MEMORY": str(kind.memory),
    }


def _nvidia_smi(kind: Type) -> str:
    """Answers ``-L`` and ``--query-gpu=... --format=csv[,noheader][,nounits]`` as the real one does."""
    total = kind.gpu_memory >> 20
    return f"""#!/bin/sh
# what NVIDIA's program says of {kind.gpus} idle GPUs
fields= ; header=1 ; unit=1
for word in "$@"; do
  case "$word" in
    -L) i=0
      while [ $i -lt {kind.gpus} ]; do
        echo "GPU $i: {kind.gpu} (UUID: GPU-fake-0000-0000-000$i)"; i=$((i+1))
      done
      exit 0;;
    --query-gpu=*) fields="${{word#*=}}";;
    --format=*) case "$word" in *noheader*) header=0;; esac; case "$word" in *nounits*) unit=0;; esac;;
  esac
done
if [ -z "$fields" ]; then
  echo "NVIDIA-SMI {_DRIVER}    Driver Version: {_DRIVER}    CUDA Version: {_CUDA}"; exit 0
fi
[ $header = 1 ] && echo "$fields"
m= ; p= ; [ $unit = 1 ] && m=" MiB" && p=" %"
i=0
while [ $i -lt {kind.gpus} ]; do
  line=
  for field in $(echo "$fields" | tr ',' ' '); do
    case "$field" in
      index) v=$i;;
      uuid|gpu_uuid) v="GPU-fake-0000-0000-000$i";;
      name|gpu_name) v="{kind.gpu}";;
      driver_version) v="{_DRIVER}";;
      memory.total) v="{total}$m";;
      memory.used) v="0$m";;
      memory.free) v="{total}$m";;
      utilization.*) v="0$p";;
      temperature.gpu) v=35;;
      count) v={kind.gpus};;
      compute_cap) v=8.6;;
      *) v="[N/A]";;
    esac
    line="${{line:+$line, }}$v"
  done
  echo "$line"
  i=$((i+1))
done
"""
