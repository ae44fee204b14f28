"""Everything that imports spaCy: one component a file; they meet on the Doc (`entityrel.pipeline.state`)."""
