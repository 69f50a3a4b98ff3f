"""All layouts, in the order of the table."""

from __future__ import annotations

from tests.layouts.how_it_is_called import CALLS
from tests.layouts.how_it_is_installed import HOW
from tests.layouts.where_it_lies import WHERE
from tests.layouts.who_starts_it import WHO

LAYOUTS = (*WHERE, *WHO, *CALLS, *HOW)
