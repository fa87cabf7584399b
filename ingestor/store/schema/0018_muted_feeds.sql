-- A feed that is not polled any more has no next poll, and says what would wake it.

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
            THEN 'gone for good (410) since ' || gone_at
                || ': muted until a poll by hand, its articles stay'
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
    CASE WHEN active = 1 AND gone_at IS NULL THEN next_poll_at END AS next_poll_at,
    interval_seconds,
    failures
FROM feeds
ORDER BY name;
