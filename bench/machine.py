"""What the numbers were measured on, without a name or a path of it."""

from __future__ import annotations

import os
import platform
from pathlib import Path

CPU = Path("/proc/cpuinfo")


def describe() -> dict[str, str | int]:
    """Give the processor, its cores, and the operating system."""
    return {
        "processor": _model() or platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 1,
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def _model() -> str:
    """Give the model that Linux names."""
    lines = CPU.read_text(encoding="utf-8").splitlines() if CPU.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else ""
