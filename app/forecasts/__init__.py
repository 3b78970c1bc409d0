"""What is likely to come in the next weeks, and how far such forecasts were off before."""
