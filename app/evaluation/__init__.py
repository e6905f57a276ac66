"""The clocks become figures: indicators, summaries, scores, rankings, published periods."""
