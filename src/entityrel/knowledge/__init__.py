"""What entityrel knows: the ontology, frames and cues, and the gazetteers. Data files and their validated models.

Nothing here imports spaCy.
"""
