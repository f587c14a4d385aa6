"""The ``threecommas`` command (extra ``cli``).

``app`` holds the commands that stand alone and turns errors into exit statuses, ``accounts`` the group of that name;
``exchange_keys`` finds out what an exchange needs to be connected, ``output`` is the only one that writes.
"""

from threecommas_async.cli.app import run

__all__ = ["run"]
