"""One exchange as values: what is sent, how its answer is read, when it is tried again.

Nothing here does I/O. `operation` says what one request is, `reading` turns its answer into a value
or into one error of the tree, `paging` walks over lists, `retrying` decides about another try,
`settings` and `credentials` check what a client is made with.
"""
