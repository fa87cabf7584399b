-- Who repeated whom goes by when they were published: matches are noted in the order in which
-- articles came, and a first poll brings weeks in any order.

DROP VIEW duplicates;
CREATE VIEW duplicates AS             -- which article repeats which, and why we think so
SELECT
    pairs.relation,
    round(pairs.score, 3) AS score,
    json_extract(pairs.evidence, '$.reason') AS reason,
    repeats.title,
    repeats.url,
    repeating.name AS outlet,
    repeats.language,
    earlier.title AS other_title,
    earlier.url AS other_url,
    earlier_outlet.name AS other_outlet,
    earlier.language AS other_language,
    repeats.story_id = earlier.story_id AS one_story,
    repeats.id AS article_id,
    earlier.id AS other_article_id,
    pairs.decided_at
FROM (
    SELECT
        matches.*,
        (one.dated_at, one.id) < (other.dated_at, other.id) AS turned
    FROM matches
    JOIN articles AS one ON one.id = matches.article_id
    JOIN articles AS other ON other.id = matches.other_article_id
) AS pairs
JOIN articles AS repeats ON repeats.id = iif(turned, pairs.other_article_id, pairs.article_id)
JOIN articles AS earlier ON earlier.id = iif(turned, pairs.article_id, pairs.other_article_id)
JOIN feeds AS repeating ON repeating.id = repeats.feed_id
JOIN feeds AS earlier_outlet ON earlier_outlet.id = earlier.feed_id
ORDER BY pairs.id DESC;
