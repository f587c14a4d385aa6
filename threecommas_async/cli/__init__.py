"""The ``threecommas`` command (extra ``cli``).

``app`` holds the commands that stand alone and turns errors into exit statuses; ``accounts`` and ``balances`` hold the
group ``accounts``, ``markets`` the commands that need no key. ``connecting`` connects an account, and ``exchange_keys``
finds out what that needs. ``output`` writes tables and JSON, with pictures by ``chart``; ``progress`` and ``questions``
are for a person at a terminal.
"""

from threecommas_async.cli.app import run

__all__ = ["run"]
