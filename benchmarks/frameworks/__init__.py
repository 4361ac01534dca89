"""The same job in several frameworks: keep the index of a folder up to date, incrementally.

Every module has `update(folder, state, model)`: index all files of `folder` as the framework's own
documentation tells to, with its own splitter at its own defaults, its own change detection and its
own files in `state`, and return what was given to the embedder. All use the same
deterministic embedder of no cost, named `model`, so that what is compared is the machinery.

Where a choice is open it favours the framework: files are read without its loader, state is not
written again when nothing changed, and the fastest documented local store is taken.
"""

import os

# CocoIndex would report its use over the network, which is neither wanted nor to be timed.
os.environ.setdefault("COCOINDEX_DISABLE_USAGE_TRACKING", "1")
