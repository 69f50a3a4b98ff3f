"""Reads the two fields of core metadata that a build has to know."""


def name_and_version(metadata: bytes) -> tuple[str, str]:
    """Return the fields ``Name`` and ``Version``, empty where they are missing.

    https://packaging.python.org/en/latest/specifications/core-metadata/
    """
    text = b"\n" + metadata.replace(b"\r\n", b"\n")
    headers = text.partition(b"\n\n")[0] + b"\n"
    return _field(headers, b"\nname:"), _field(headers, b"\nversion:")


def _field(headers: bytes, key: bytes) -> str:
    start = headers.lower().find(key)
    if start < 0:
        return ""
    value = headers[start + len(key) : headers.index(b"\n", start + len(key))]
    return value.decode("utf-8", "replace").strip()
