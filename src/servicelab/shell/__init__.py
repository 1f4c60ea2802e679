"""The trainee's JupyterLab: a course, not an IDE.

An extension in plain JavaScript (`labextensions/servicelab`), shipped as it stands: nobody's machine needs Node. It
stays inside the package, and whoever starts a server points JupyterLab at it (`servicelab lab` in a checkout and in a
bundle, `binder/settings.py` in an image, a hub the same way). A wheel's shared data would be *copied* by an editable
install, and a checkout would go on running the copy. Nothing is written anywhere.
"""

from servicelab.shell.delivered import LABEXTENSIONS, page_config

__all__ = ["LABEXTENSIONS", "page_config"]
