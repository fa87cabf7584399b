-- When a feed brings news, and why it is polled when it is.

ALTER TABLE feeds ADD COLUMN rhythm TEXT;                 -- entries by hour, weekday and part of the
                                                          -- hour, older ones counting less; JSON
ALTER TABLE polls ADD COLUMN plan TEXT NOT NULL DEFAULT '';  -- why the next poll is at next_poll_at
ALTER TABLE polls ADD COLUMN etag TEXT NOT NULL DEFAULT '';  -- validators of this answer, verbatim
ALTER TABLE polls ADD COLUMN last_modified TEXT NOT NULL DEFAULT '';
