"""Pages of HTML that stand alone: no script, no font, no picture from elsewhere.

Pure functions of what was recorded, so that whoever holds the proven record can draw the page anew."""

from .dataset_report import render as dataset_report
from .drift import render as drift
from .trials import render as trials

__all__ = ["dataset_report", "drift", "trials"]
