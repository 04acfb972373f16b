"""The section of the Profit tab with the rates that campaigns measured."""
