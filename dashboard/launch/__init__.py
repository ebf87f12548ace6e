"""Runs started from the page: the page, its addresses, and the processes behind them."""
