"""The ``threecommas`` command (extra ``cli``).

``app`` is the command as a whole and turns errors into exit statuses. Each group of commands is a file: ``accounts``
with ``balances``, ``markets``, ``bots`` and ``grid_bots``, both with ``bot_settings``, ``deals``, ``smart_trades``,
``trades``. A command is a function that takes a ``session``, which makes its calls, and returns a view (``views``).
``commands`` adds the ``options`` that all commands share, and prints the view through ``output``: JSON for ``--json``,
otherwise a table of ``columns`` that ``tables`` fits to the terminal.

``connecting`` and ``exchange_keys`` connect an account. ``bot_kinds`` are the kinds of bots: ``bot_files`` reads,
writes and compares their settings, ``bot_changes`` applies the changes and ``undo`` writes the file that reverts them;
``each`` acts on one bot after the other. ``levels`` are prices, which ``deal_levels``, ``grid_levels`` and
``smart_trade_levels`` find and ``ladder`` draws; ``chart`` draws the history of an amount. ``questions``, ``ending``
and ``progress`` are for a person at a terminal.
"""

from threecommas_async.cli.app import run

__all__ = ["run"]
