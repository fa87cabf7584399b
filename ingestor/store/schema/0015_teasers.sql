-- What an edit of the feed is told by, where the text is that of the page.

ALTER TABLE articles ADD COLUMN teaser_hash TEXT NOT NULL DEFAULT '';  -- SHA-256 of the title and
                                                          -- text that the feed gave; '': it is text
