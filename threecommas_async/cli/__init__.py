"""The ``threecommas`` command (extra ``cli``).

``app`` is the command as a whole and turns errors into exit statuses. Each group of commands is a file: ``accounts``
with ``balances``, ``markets``, ``bots`` with ``bot_settings``, ``deals``. A command is a function that takes a
``session``, through which it talks, and returns a view (``views``). ``commands`` gives it the ``options`` that all
have, and prints the view: the result as it is for ``--json``, else a table of ``columns`` that ``tables`` fits to the
terminal, through ``output``.

``connecting`` and ``exchange_keys`` connect an account; ``bot_files`` reads, writes and compares the settings of bots,
``bot_changes`` makes the changes and ``undo`` keeps the way back; ``chart`` and ``levels`` draw; ``progress`` and
``questions`` are for a person at a terminal.
"""

from threecommas_async.cli.app import run

__all__ = ["run"]
