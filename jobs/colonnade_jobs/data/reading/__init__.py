"""From files to the table `raw`: what a file is, how it is written, and what its columns hold.

Nothing is guessed that another row could overturn: a dialect is told from the first lines and then kept to by a strict
reader, types and notations are told from all values, and what can be read in two ways is refused with both readings.
"""

from .loading import check_date_format, drop, load
from .rawtable import RawTable

__all__ = ["RawTable", "check_date_format", "drop", "load"]
