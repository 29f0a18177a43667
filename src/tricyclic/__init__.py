"""tricyclic: from raw laboratory data to affinity, from affinity to mechanism."""

__version__ = "0.1.0"
