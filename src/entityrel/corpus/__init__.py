"""From files to annotated records: readers, the annotating functions, writers. Broken input is set aside, never lost.

Readers and writers import no spaCy; `entityrel.corpus.annotate` does.
"""
