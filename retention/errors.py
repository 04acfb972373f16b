"""Everything that can go wrong in a way a person can act on.

::

    RetentionError
    ├── InputError       the file, the column or the number given cannot be used (also a ValueError)
    ├── ModelError       a model folder is damaged, of another format, or does not fit the customers
    ├── OfferError       messages cannot be written or recorded as asked
    ├── PublishError     the Hub refused, or cannot be reached
    └── Cancelled        the person stopped a long job; nothing was changed

A message is one sentence that says what, where and what to do, e.g.
``customers.csv: column 'customer_id' is missing; rename yours or pass --id``.
The faces (app and command line) show it as it is. Any other exception is a bug.
"""


class RetentionError(Exception):
    """Root of every error whose message is meant for a person."""


class InputError(RetentionError, ValueError):
    """The file, the column or the number given cannot be used."""


class ModelError(RetentionError):
    """A model folder is damaged, of another format, or does not fit the customers."""


class OfferError(RetentionError):
    """Messages cannot be written or recorded as asked."""


class PublishError(RetentionError):
    """The Hub refused, or cannot be reached."""


class Cancelled(RetentionError):  # noqa: N818 - stopping is no error
    """The person stopped a long job; nothing was changed."""
