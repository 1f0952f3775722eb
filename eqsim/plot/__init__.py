"""Figures of what was simulated: ``es.plot.raster``, ``lines``, ``rates`` and ``connectivity``.

Each function draws into the ``Axes`` that it is given, or into a new figure, and returns the ``Axes``. Axes are
labelled with units; nothing is shown or saved. Further keyword arguments go to the Matplotlib function that draws.
"""

from eqsim.plot.connections import connectivity
from eqsim.plot.events import raster, rates
from eqsim.plot.traces import lines

__all__ = ["connectivity", "lines", "raster", "rates"]
