"""The server among clients as they are: most ask rightly and often; some stall, abort, read slowly, send rubbish.

`steady` asks at a set rate and checks every answer; `rude` and `rubbish` are the others; `watch` looks at memory and
file descriptors; `soak` puts them together and says what was wrong. `make soak-serving` is the long one.
"""
