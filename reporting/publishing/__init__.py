"""Publication: releases, what they froze, and the plain pages that are made of it (docs/publication.md)."""
