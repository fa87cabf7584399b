-- Which change of a story was the last, so that who follows along asks for what came since, and
-- when it was, which published feeds say: a ruling that is revoked must not set it back.

ALTER TABLE stories ADD COLUMN changed_at TEXT NOT NULL DEFAULT '';  -- an article came, went or was
                                          -- edited, another is the one to read, or a person ruled
ALTER TABLE stories ADD COLUMN change INTEGER NOT NULL DEFAULT 0;  -- counts on, over all stories

UPDATE stories SET changed_at = max(
    updated_at,
    ifnull((SELECT max(replaced_at) FROM articles
            JOIN revisions ON revisions.article_id = articles.id
            WHERE articles.story_id = stories.id), ''),
    ifnull((SELECT max(ruled_at) FROM articles
            JOIN rulings ON rulings.article_id = articles.id OR other_article_id = articles.id
            WHERE articles.story_id = stories.id), ''));

CREATE INDEX stories_change ON stories (change);

CREATE TABLE _changes (last INTEGER NOT NULL) STRICT;  -- the last number, which is never used again
INSERT INTO _changes VALUES (0);
