"""Messages: one for everyone on the send list, even when a language model fails."""
