"""The firm's tables made and written, from what the simulation and the voices leave behind.

It knows the true effects: a trainee's lesson reads the finished tables and never imports it.
"""

from servicelab.company.generating.making import Made, write_firm

__all__ = ["Made", "write_firm"]
