"""The console of the dispatch centre: its pages, and what they ask beyond the features' own answers."""
