"""Open neuropharmacology: from raw laboratory data to affinities, mechanism and effects.

    import tricyclic as tca

    study = tca.open_study("my-study")
    result = study.run()
    result.save("report.pdf")

Importing is light: a name is loaded when it is first used. The names and their types are listed in
`__init__.pyi`.
"""

import lazy_loader

from tricyclic._version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
