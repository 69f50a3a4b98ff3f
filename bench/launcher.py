"""Runs a command and prints what it used, as JSON: ``python -I -S launcher.py COMMAND...``.

Linux counts the memory of the process that starts another one as the other's, up to the moment in
which that begins. So a process that has imported next to nothing starts what is measured.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

UNIT = 1 if sys.platform == "darwin" else 1024
"""The unit of ``ru_maxrss`` in bytes."""


def main() -> int:
    """Run the command; give its status if it is not 0, and what it wrote to standard error."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(sys.argv[1:], stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    # This includes the children that the command has waited for.
    measured = {
        "processor": usage.ru_utime + usage.ru_stime,
        "wall": wall,
        "memory": usage.ru_maxrss * UNIT / 1e6,
        "output": text,
    }
    print(text if process.returncode else json.dumps(measured))
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
