"""What all tests share: how hypothesis searches."""

import os

from hypothesis import settings

# Machines that run tests are shared, so no example has a deadline. CI tries the same examples each
# time: a new counterexample is for the developer who runs the tests, not for the next unrelated change.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
