"""The ``threecommas`` command (extra ``cli``).

``app`` is the command as a whole and turns errors into exit statuses. Each group of commands is a file: ``accounts``
with ``balances``, ``markets``, ``bots`` with ``bot_settings``, ``deals``. A command is a function that takes a
``session``, which makes its calls, and returns a view (``views``). ``commands`` adds the ``options`` that all commands
share, and prints the view through ``output``: JSON for ``--json``, otherwise a table of ``columns`` that ``tables``
fits to the terminal.

``connecting`` and ``exchange_keys`` connect an account; ``bot_files`` reads, writes and compares the settings of bots,
``bot_changes`` applies the changes and ``undo`` writes the file that reverts them; ``chart`` and ``levels`` draw;
``progress`` and ``questions`` are for a person at a terminal.
"""

from threecommas_async.cli.app import run

__all__ = ["run"]
