"""The ``threecommas`` command (extra ``cli``).

``app`` is the command as a whole and turns errors into exit statuses. Each group of commands is a file: ``accounts``
and ``balances``, ``markets``. A command is a function that takes a ``session``, through which it talks, and returns a
view (``views``). ``commands`` gives it the ``options`` that all have, and prints the view: with ``--json`` the result as
it is, otherwise a table made of ``columns`` that ``tables`` fits to the terminal, through ``output``.

``connecting`` and ``exchange_keys`` connect an account; ``chart`` draws; ``progress`` and ``questions`` are for a
person at a terminal.
"""

from threecommas_async.cli.app import run

__all__ = ["run"]
