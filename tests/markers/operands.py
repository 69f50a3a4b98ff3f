"""What stands on either side of a marker's comparisons in the tests."""

from __future__ import annotations

OPERATORS = ["<", "<=", "==", "!=", ">=", ">", "~=", "===", "in", "not in"]

PYTHONS = [
    "0.0.0", "3.0.0", "3.8.0", "3.11.0a1", "3.11.0a2", "3.11.0b1", "3.11.0rc1", "3.11.0",
    "3.11.0+", "3.11.0a2+", "3.11.0+foo", "3.11.1a1", "3.11.1", "3.11.4", "3.11.4+", "3.12.0a1",
    "3.12.0", "4.0.0",
]  # fmt: skip
"""What ``platform.python_version()`` says: every level, bounds, builds of no tag."""

PYTHON_LITERALS = [
    "0", "3", "3.0", "3.8", "3.10", "3.11", "3.12", "4", "3.11.0", "3.11.0.0", "3.11.0.1",
    "3.11.1", "3.11.4", "3.11.0a1", "3.11.0a2", "3.11a2", "3.11.0beta1", "3.11.0c1", "3.11.4rc1",
    "3.11.dev0", "3.11.0.dev1", "3.11.0a2.dev1", "3.11.0a2.post1", "3.11.0a2.post1.dev3",
    "3.11.0.post1", "3.11.post1.dev1", "3.11.0-1", "3.*", "3.0.*", "3.11.*", "3.11.0.*", "1!3.11",
    "0!3.11", "1!3.*", "v3.11", " 3.11 ", "3.11+LOCAL", "3.11.0+local", "3.11.0+local.1",
    "3.11.0+foo", "3.11.0a2+local", "=3.11", "=3.11.0+local", "", "abc", "a", "rc1", "+", "11",
    "local", "3.1", "3.11.0+", "3.8, 3.11", "3.11.0 3.11.4", "x 3.11.0+local",
]  # fmt: skip
"""Every form of PEP 440, both sides of each version above, and what is no version."""

RELEASES = [
    "", "10", "2012ServerR2", "6.8", "6.8.0", "6.8.0 ", "6.8.0-1", "6.8.0_5", "6.8.0.dev3",
    "6.8rc1", "6.8a1.post2.dev1", "V6.8", "1!6.8", "6.8.0+local", "6.8.0+Foo-01", "5.10.0+",
    "6.8.0-45-generic", "6.8.0-dev", "6.8.0-post-",
]  # fmt: skip
"""What ``platform.release()`` says, or could."""

RELEASE_LITERALS = [
    "5", "7", "10", "6.8", "6.8.0", "6.8.0.5", " 6.8", "V6.8", "1!6.8", "6.*", "6.8.*", "6.8.0.*",
    "6.8.dev3", "6.8.0.dev2", "6.8a1", "6.8a1.post2", "6.8a1.post2.dev1", "6.8rc1", "6.8c2",
    "6.8.0-RC1", "6.8-1", "6.8.0_5", "6.8.0.post1", "6.8.0.post4", "6.8.post5.dev2",
    "6.8.0.post5+x", "6.8.0+local", "6.8.0+foo.1", "6.8.0+foo-02", "", "generic", "2012ServerR2",
    "2012serverr2", "6.8.0-45-generic",
]  # fmt: skip

TEXTS = ["linux", "win32", "x86_64", "CPython", "3.11", "x", "", "lin", "linux win32"]
