-- Where a feed really lives, who else lives there, and when it does not want to be asked.

ALTER TABLE feeds ADD COLUMN host TEXT NOT NULL DEFAULT '';  -- of the address that is asked
ALTER TABLE feeds ADD COLUMN moved_at TEXT;               -- the first of the redirects to moved_to
ALTER TABLE feeds ADD COLUMN moved_polls INTEGER NOT NULL DEFAULT 0;  -- in a row that led there
ALTER TABLE feeds ADD COLUMN adopted_url TEXT NOT NULL DEFAULT '';  -- asked instead of url
ALTER TABLE feeds ADD COLUMN answer_key TEXT NOT NULL DEFAULT '';  -- normalised: what answered last
ALTER TABLE feeds ADD COLUMN same_as INTEGER REFERENCES feeds (id);  -- ends at the same address,
                                                          -- and is polled for both
ALTER TABLE feeds ADD COLUMN gone_at TEXT;                -- 410: not polled since, until by hand
ALTER TABLE feeds ADD COLUMN hub TEXT NOT NULL DEFAULT '';  -- WebSub: would tell us of news
ALTER TABLE feeds ADD COLUMN ttl_seconds INTEGER;         -- the wait that the feed itself asks for
ALTER TABLE feeds ADD COLUMN skip_hours TEXT NOT NULL DEFAULT '[]';  -- of the day, UTC; JSON
ALTER TABLE feeds ADD COLUMN skip_days TEXT NOT NULL DEFAULT '[]';  -- of the week, Monday is 0

CREATE INDEX feeds_host ON feeds (host) WHERE active = 1;
CREATE INDEX feeds_answer_key ON feeds (answer_key) WHERE answer_key <> '';
CREATE INDEX feeds_same_as ON feeds (same_as) WHERE same_as IS NOT NULL;

DROP VIEW feed_health;
CREATE VIEW feed_health AS            -- one word a feed, and the reason for it
SELECT
    id,
    name,
    url,
    CASE
        WHEN active = 0 THEN 'stopped'
        WHEN gone_at IS NOT NULL THEN 'gone'
        WHEN last_poll_at IS NULL THEN 'waiting'
        WHEN failures >= 5 THEN 'broken'
        WHEN failures > 0 THEN 'failing'
        WHEN same_as IS NOT NULL THEN 'duplicate'
        WHEN ifnull(last_new_at, added_at) < strftime('%Y-%m-%dT%H:%M:%SZ', last_poll_at, '-30 days')
            THEN 'silent'
        ELSE 'ok'
    END AS health,
    CASE
        WHEN active = 0 THEN 'not in the configuration'
        WHEN gone_at IS NOT NULL
            THEN 'gone for good (410) since ' || gone_at || ': muted, its articles stay'
        WHEN last_poll_at IS NULL THEN 'not polled yet'
        WHEN failures > 0 THEN last_error
        WHEN same_as IS NOT NULL THEN 'the same feed as '
            || (SELECT other.name FROM feeds AS other WHERE other.id = feeds.same_as)
        WHEN ifnull(last_new_at, added_at) < strftime('%Y-%m-%dT%H:%M:%SZ', last_poll_at, '-30 days')
            THEN 'nothing new for 30 days'
        WHEN adopted_url <> '' THEN 'asked at ' || adopted_url || ', where it has moved to'
        WHEN moved_to <> '' THEN 'moved to ' || moved_to
        ELSE ''
    END AS reason,
    (SELECT count(*) FROM articles WHERE articles.feed_id = feeds.id) AS articles,
    last_poll_at,
    last_success_at,
    last_new_at,
    next_poll_at,
    interval_seconds,
    failures
FROM feeds
ORDER BY name;
