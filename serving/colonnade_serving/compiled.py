"""Whether what every request goes through was compiled (setup.py); uncompiled it answers the same, later."""

from . import single

COMPILED = not single.__file__.endswith(".py")
