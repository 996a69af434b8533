"""All that talks to the API server: which kinds there are, one client, its errors, an informer, and who leads.

`connection` finds the API server, `client` calls it and raises what `errors` has, `kinds` says what things are called,
`informer` tells what there is and every change, and `lease` is one replica's side of the election. The
operator, the router's agent and the plugin all go this way.
"""
