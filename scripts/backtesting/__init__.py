"""A backtest of value at risk: forecasts of the market models day by day, what happened, and how well they agree."""
