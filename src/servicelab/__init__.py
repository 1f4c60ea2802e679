"""ServiceLab: learn to run customer service by running it."""

__version__ = "0.1.0"
