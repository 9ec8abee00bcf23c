"""The Python side of a kernel: what a script sees as its console, its clock, its display and its event loop.

It is imported before the start-up snapshot is taken, so nothing in it may hold a JavaScript object until `install`.
"""
