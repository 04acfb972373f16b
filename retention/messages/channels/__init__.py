"""Channels that a message can be sent through: one declaration file each, registered in ``registry``."""
