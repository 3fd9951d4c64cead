"""The main window and its panel: the only room that hears pygame events."""
