"""The tabs of the app: one file a tab, layout only."""
