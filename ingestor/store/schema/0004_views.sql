-- Answers to the questions that people ask.

CREATE VIEW stories_overview AS       -- one line a story, by its canonical article
SELECT
    stories.id,
    stories.canonical_article_id,
    articles.title,
    articles.url,
    feeds.name AS outlet,
    articles.language,
    stories.articles,
    (SELECT count(DISTINCT m.feed_id) FROM articles AS m WHERE m.story_id = stories.id) AS outlets,
    (SELECT group_concat(language, ' ') FROM (
        SELECT DISTINCT m.language FROM articles AS m WHERE m.story_id = stories.id ORDER BY 1
    )) AS languages,
    stories.first_seen_at,
    stories.updated_at
FROM stories
JOIN articles ON articles.id = stories.canonical_article_id
JOIN feeds ON feeds.id = articles.feed_id;

CREATE VIEW stories_today AS          -- what is new since midnight UTC, the widest spread first
SELECT * FROM stories_overview
WHERE updated_at >= strftime('%Y-%m-%dT00:00:00Z', 'now')
ORDER BY articles DESC, updated_at DESC;

CREATE VIEW duplicates AS             -- which article repeats which, and why we think so
SELECT
    matches.relation,
    round(matches.score, 3) AS score,
    json_extract(matches.evidence, '$.reason') AS reason,
    repeats.title,
    repeats.url,
    repeating.name AS outlet,
    repeats.language,
    earlier.title AS other_title,
    earlier.url AS other_url,
    earlier_outlet.name AS other_outlet,
    earlier.language AS other_language,
    repeats.story_id = earlier.story_id AS one_story,
    matches.article_id,
    matches.other_article_id,
    matches.decided_at
FROM matches
JOIN articles AS repeats ON repeats.id = matches.article_id
JOIN articles AS earlier ON earlier.id = matches.other_article_id
JOIN feeds AS repeating ON repeating.id = repeats.feed_id
JOIN feeds AS earlier_outlet ON earlier_outlet.id = earlier.feed_id
ORDER BY matches.id DESC;

CREATE VIEW feed_health AS            -- one word a feed, and the reason for it
SELECT
    id,
    name,
    url,
    CASE
        WHEN active = 0 THEN 'stopped'
        WHEN last_poll_at IS NULL THEN 'waiting'
        WHEN failures >= 5 THEN 'broken'
        WHEN failures > 0 THEN 'failing'
        WHEN ifnull(last_new_at, added_at) < strftime('%Y-%m-%dT%H:%M:%SZ', last_poll_at, '-30 days')
            THEN 'silent'
        ELSE 'ok'
    END AS health,
    CASE
        WHEN active = 0 THEN 'not in the configuration'
        WHEN last_poll_at IS NULL THEN 'not polled yet'
        WHEN failures > 0 THEN last_error
        WHEN ifnull(last_new_at, added_at) < strftime('%Y-%m-%dT%H:%M:%SZ', last_poll_at, '-30 days')
            THEN 'nothing new for 30 days'
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

CREATE VIEW outlets_today AS          -- who reported how much since midnight UTC
SELECT
    feeds.name AS outlet,
    count(*) AS articles,
    sum(articles.id = stories.canonical_article_id) AS canonical,
    sum(articles.id <> stories.canonical_article_id) AS repeated,
    group_concat(DISTINCT articles.language) AS languages
FROM articles
JOIN feeds ON feeds.id = articles.feed_id
JOIN stories ON stories.id = articles.story_id
WHERE articles.first_seen_at >= strftime('%Y-%m-%dT00:00:00Z', 'now')
GROUP BY feeds.id
ORDER BY articles DESC, outlet;

CREATE VIEW removals_by_rule AS       -- what cleaning took out: how often, how much, an example
SELECT
    rule,
    count(*) AS removals,
    count(DISTINCT article_id) AS articles,
    sum(length(text)) AS characters,
    max(text) AS example
FROM removals
GROUP BY rule
ORDER BY removals DESC;

CREATE VIEW citations AS              -- who names whom as the source, and whether we have it
SELECT
    feeds.name AS outlet,
    articles.title,
    articles.url,
    sources.kind,
    sources.name,
    sources.url AS cited_url,
    cited.title AS cited_title,
    sources.article_id,
    sources.cited_article_id
FROM sources
JOIN articles ON articles.id = sources.article_id
JOIN feeds ON feeds.id = articles.feed_id
LEFT JOIN articles AS cited ON cited.id = sources.cited_article_id
ORDER BY sources.id DESC;

CREATE VIEW edits AS                  -- articles that changed after publication, latest first
SELECT
    feeds.name AS outlet,
    revisions.title AS old_title,
    articles.title AS new_title,
    length(articles.text) - length(revisions.text) AS characters_added,
    revisions.number,
    revisions.replaced_at,
    articles.url,
    articles.id AS article_id
FROM revisions
JOIN articles ON articles.id = revisions.article_id
JOIN feeds ON feeds.id = articles.feed_id
ORDER BY revisions.replaced_at DESC;
