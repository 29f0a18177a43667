"""One sub-package per command group: light options modules, and one module per command with
`run(options, on_progress=None)`.
"""
