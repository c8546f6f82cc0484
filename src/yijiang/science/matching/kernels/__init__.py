"""Fast parts of matching, over plain arrays: texts to grams, blocked candidates, deferred acceptance, assignment."""
