"""The page around the tabs: header, stepper, theme and links."""
