"""The errors that a person can act on.

::

    RetentionError
    ├── InputError (also a ValueError)   a file, a column or a number cannot be used
    ├── ModelError                       a model folder is damaged, of another format, or unfit for the customers
    ├── OfferError                       messages cannot be written or recorded as requested
    ├── PublishError                     the Hub refused a request, or cannot be reached
    └── Cancelled                        a person stopped a long job; nothing was changed

A message is one sentence that says where the fault is, what it is and what to do, e.g.
``customers.csv: column 'customer_id' is missing; rename yours or pass --id``.
The app, the API and the command line show it unchanged. Any other exception is a bug.
"""


class RetentionError(Exception):
    """Root of all errors whose message is meant for a person."""


class InputError(RetentionError, ValueError):
    """A file, a column or a number cannot be used."""


class ModelError(RetentionError):
    """A model folder is damaged, of another format, or unfit for the customers."""


class OfferError(RetentionError):
    """Messages cannot be written or recorded as requested."""


class PublishError(RetentionError):
    """The Hub refused a request, or cannot be reached."""


class Cancelled(RetentionError):  # noqa: N818 - stopping a job is not a fault
    """A person stopped a long job; nothing was changed."""
