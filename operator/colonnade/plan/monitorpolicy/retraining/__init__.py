"""A model that has fallen behind is trained again: when, from which rows, as which ModelVersion, and how it ended.

`bounds` says whether one may begin, `steps` takes one that has begun further, `successor` is the ModelVersion that it
makes, `telling` says it to people. What is recorded in status is all that is remembered: a pass that is broken off
anywhere is simply repeated.
"""
