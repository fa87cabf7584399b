-- By the minute: of feeds that are polled side by side the next polls lie apart by seconds, and in
-- an index by the second each of them would be a page to write.

DROP INDEX feeds_next_poll_at;
CREATE INDEX feeds_next_minute ON feeds (substr(next_poll_at, 1, 16)) WHERE active = 1;
