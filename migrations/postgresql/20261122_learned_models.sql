-- An archive on PostgreSQL as of the migration that this file is named after, which all later ones start from.
-- Made once, of the tables and views as they stood then; like a migration it is never edited after it has landed.

CREATE TABLE about (
    id BIGSERIAL NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_about PRIMARY KEY (id),
    CONSTRAINT uq_about_name UNIQUE (name)
);

CREATE TABLE authors (
    id BIGSERIAL NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_authors PRIMARY KEY (id)
);

CREATE TABLE corpora (
    id BIGSERIAL NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    query TEXT COLLATE "C" NOT NULL,
    saved_queries TEXT COLLATE "C",
    reckoned_from TEXT COLLATE "C",
    frozen_at TEXT COLLATE "C" NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    includes_imprecise BOOLEAN NOT NULL,
    one_per_text BOOLEAN NOT NULL,
    articles INTEGER NOT NULL,
    texts INTEGER NOT NULL,
    words INTEGER NOT NULL,
    sources INTEGER NOT NULL,
    without_source INTEGER NOT NULL,
    without_date INTEGER NOT NULL,
    published_first TEXT COLLATE "C",
    published_last TEXT COLLATE "C",
    left_out_undated INTEGER NOT NULL,
    left_out_imprecise INTEGER NOT NULL,
    left_out_copies INTEGER NOT NULL,
    imports INTEGER NOT NULL,
    units INTEGER NOT NULL,
    added INTEGER NOT NULL,
    revised INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    program_version TEXT COLLATE "C" NOT NULL,
    schema_version TEXT COLLATE "C" NOT NULL,
    normalizer_versions TEXT COLLATE "C" NOT NULL,
    fingerprint_versions TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    includes_hidden BOOLEAN DEFAULT false NOT NULL,
    left_out_hidden INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_corpora PRIMARY KEY (id)
);

CREATE TABLE decisions (
    id BIGSERIAL NOT NULL,
    made_at TEXT COLLATE "C" NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    article_key TEXT COLLATE "C",
    subject TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    CONSTRAINT pk_decisions PRIMARY KEY (id)
);

CREATE TABLE imports (
    id BIGSERIAL NOT NULL,
    started_at TEXT COLLATE "C" NOT NULL,
    finished_at TEXT COLLATE "C",
    status TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    arguments TEXT COLLATE "C" NOT NULL,
    program_version TEXT COLLATE "C" NOT NULL,
    process TEXT COLLATE "C" NOT NULL,
    undone_at TEXT COLLATE "C",
    undone_by TEXT COLLATE "C",
    undone_because TEXT COLLATE "C",
    CONSTRAINT pk_imports PRIMARY KEY (id)
);

CREATE TABLE models (
    id BIGSERIAL NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    number INTEGER NOT NULL,
    trained_at TEXT COLLATE "C" NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    query TEXT COLLATE "C" NOT NULL,
    seed INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    topics INTEGER NOT NULL,
    parameters TEXT COLLATE "C" NOT NULL,
    program_version TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    content BYTEA NOT NULL,
    CONSTRAINT pk_models PRIMARY KEY (id),
    CONSTRAINT uq_models_scheme_number UNIQUE (scheme, number)
);

CREATE TABLE originals (
    id BIGSERIAL NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    content BYTEA NOT NULL,
    CONSTRAINT pk_originals PRIMARY KEY (id),
    CONSTRAINT uq_originals_sha256 UNIQUE (sha256)
);

CREATE TABLE saved_queries (
    id BIGSERIAL NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    query TEXT COLLATE "C" NOT NULL,
    saved_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_saved_queries PRIMARY KEY (id)
);

CREATE TABLE schemes (
    id BIGSERIAL NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C",
    uri TEXT COLLATE "C",
    licence TEXT COLLATE "C",
    loaded_at TEXT COLLATE "C",
    CONSTRAINT pk_schemes PRIMARY KEY (id)
);

CREATE TABLE sources (
    id BIGSERIAL NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C",
    country TEXT COLLATE "C",
    language TEXT COLLATE "C",
    origin TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_sources PRIMARY KEY (id)
);

CREATE TABLE topics (
    id BIGSERIAL NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    parent_id BIGINT,
    origin TEXT COLLATE "C" NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    uri TEXT COLLATE "C",
    retired BOOLEAN DEFAULT false NOT NULL,
    retired_on TEXT COLLATE "C",
    CONSTRAINT pk_topics PRIMARY KEY (id),
    CONSTRAINT fk_topics_parent_id_topics FOREIGN KEY(parent_id) REFERENCES topics (id)
);

CREATE TABLE agency_names (
    id BIGSERIAL NOT NULL,
    source_id BIGINT NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_agency_names PRIMARY KEY (id),
    CONSTRAINT uq_agency_names_name_key_language UNIQUE (name_key, language),
    CONSTRAINT fk_agency_names_source_id_sources FOREIGN KEY(source_id) REFERENCES sources (id)
);

CREATE TABLE articles (
    id BIGSERIAL NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    source_id BIGINT,
    revision_id BIGINT,
    kind TEXT COLLATE "C",
    url TEXT COLLATE "C",
    byline TEXT COLLATE "C",
    language TEXT COLLATE "C",
    section TEXT COLLATE "C",
    published TEXT COLLATE "C",
    published_from TEXT COLLATE "C",
    published_until TEXT COLLATE "C",
    published_on TEXT COLLATE "C",
    published_at TEXT COLLATE "C",
    published_precision TEXT COLLATE "C",
    published_method TEXT COLLATE "C",
    created_at TEXT COLLATE "C" NOT NULL,
    page TEXT COLLATE "C",
    edition TEXT COLLATE "C",
    rights TEXT COLLATE "C",
    decided_headline TEXT COLLATE "C",
    decided_headline_index TEXT COLLATE "C",
    translation_of TEXT COLLATE "C",
    status TEXT COLLATE "C",
    embargo TEXT COLLATE "C",
    embargo_until TEXT COLLATE "C",
    slugline TEXT COLLATE "C",
    dateline TEXT COLLATE "C",
    CONSTRAINT pk_articles PRIMARY KEY (id),
    CONSTRAINT uq_articles_key UNIQUE (key),
    CONSTRAINT fk_articles_source_id_sources FOREIGN KEY(source_id) REFERENCES sources (id)
);

CREATE TABLE containers (
    id BIGSERIAL NOT NULL,
    import_id BIGINT NOT NULL,
    locator TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    records BIGINT NOT NULL,
    search_terms TEXT COLLATE "C",
    CONSTRAINT pk_containers PRIMARY KEY (id),
    CONSTRAINT fk_containers_import_id_imports FOREIGN KEY(import_id) REFERENCES imports (id)
);

CREATE TABLE corpus_revisions (
    id BIGSERIAL NOT NULL,
    corpus_id BIGINT NOT NULL,
    article_key TEXT COLLATE "C" NOT NULL,
    number INTEGER NOT NULL,
    text_sha256 TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_corpus_revisions PRIMARY KEY (id),
    CONSTRAINT uq_corpus_revisions_corpus_id_article_key UNIQUE (corpus_id, article_key),
    CONSTRAINT fk_corpus_revisions_corpus_id_corpora FOREIGN KEY(corpus_id) REFERENCES corpora (id)
);

CREATE TABLE earlier_states (
    id BIGSERIAL NOT NULL,
    decision_id BIGINT NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_earlier_states PRIMARY KEY (id),
    CONSTRAINT uq_earlier_states_decision_id UNIQUE (decision_id),
    CONSTRAINT fk_earlier_states_decision_id_decisions FOREIGN KEY(decision_id) REFERENCES decisions (id)
);

CREATE TABLE source_domains (
    id BIGSERIAL NOT NULL,
    source_id BIGINT NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    valid_from TEXT COLLATE "C",
    valid_until TEXT COLLATE "C",
    CONSTRAINT pk_source_domains PRIMARY KEY (id),
    CONSTRAINT fk_source_domains_source_id_sources FOREIGN KEY(source_id) REFERENCES sources (id)
);

CREATE TABLE source_names (
    id BIGSERIAL NOT NULL,
    source_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    valid_from TEXT COLLATE "C",
    valid_until TEXT COLLATE "C",
    CONSTRAINT pk_source_names PRIMARY KEY (id),
    CONSTRAINT fk_source_names_source_id_sources FOREIGN KEY(source_id) REFERENCES sources (id)
);

CREATE TABLE tombstones (
    id BIGSERIAL NOT NULL,
    decision_id BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    wiped BOOLEAN NOT NULL,
    CONSTRAINT pk_tombstones PRIMARY KEY (id),
    CONSTRAINT uq_tombstones_decision_id UNIQUE (decision_id),
    CONSTRAINT fk_tombstones_decision_id_decisions FOREIGN KEY(decision_id) REFERENCES decisions (id)
);

CREATE TABLE topic_definitions (
    id BIGSERIAL NOT NULL,
    topic_id BIGINT NOT NULL,
    language TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_topic_definitions PRIMARY KEY (id),
    CONSTRAINT uq_topic_definitions_topic_id_language UNIQUE (topic_id, language),
    CONSTRAINT fk_topic_definitions_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id)
);

CREATE TABLE topic_mappings (
    id BIGSERIAL NOT NULL,
    topic_id BIGINT NOT NULL,
    relation TEXT COLLATE "C" NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_topic_mappings PRIMARY KEY (id),
    CONSTRAINT fk_topic_mappings_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id)
);

CREATE TABLE topic_names (
    id BIGSERIAL NOT NULL,
    topic_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    language TEXT COLLATE "C" DEFAULT '' NOT NULL,
    CONSTRAINT pk_topic_names PRIMARY KEY (id),
    CONSTRAINT fk_topic_names_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id)
);

CREATE TABLE topic_rules (
    id BIGSERIAL NOT NULL,
    topic_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    expression TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_topic_rules PRIMARY KEY (id),
    CONSTRAINT fk_topic_rules_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id)
);

CREATE TABLE article_authors (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    author_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    CONSTRAINT pk_article_authors PRIMARY KEY (id),
    CONSTRAINT uq_article_authors_article_id_position UNIQUE (article_id, position),
    CONSTRAINT fk_article_authors_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_article_authors_author_id_authors FOREIGN KEY(author_id) REFERENCES authors (id)
);

CREATE TABLE article_identifiers (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_article_identifiers PRIMARY KEY (id),
    CONSTRAINT fk_article_identifiers_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id)
);

CREATE TABLE article_revisions (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    headline TEXT COLLATE "C",
    headline_method TEXT COLLATE "C",
    words INTEGER NOT NULL,
    text_sha256 TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    fingerprint_version INTEGER NOT NULL,
    normalizer_version INTEGER NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    original_id BIGINT NOT NULL,
    seen_at TEXT COLLATE "C" NOT NULL,
    modified_at TEXT COLLATE "C",
    crawled_at TEXT COLLATE "C",
    headline_index TEXT COLLATE "C",
    body TEXT COLLATE "C" NOT NULL,
    body_index TEXT COLLATE "C",
    CONSTRAINT pk_article_revisions PRIMARY KEY (id),
    CONSTRAINT uq_article_revisions_article_id_number UNIQUE (article_id, number),
    CONSTRAINT fk_article_revisions_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_article_revisions_original_id_originals FOREIGN KEY(original_id) REFERENCES originals (id)
);

CREATE TABLE article_topics (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    topic_id BIGINT NOT NULL,
    CONSTRAINT pk_article_topics PRIMARY KEY (id),
    CONSTRAINT uq_article_topics_topic_id_article_id UNIQUE (topic_id, article_id),
    CONSTRAINT fk_article_topics_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_article_topics_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id)
);

CREATE TABLE forgotten_hashes (
    id BIGSERIAL NOT NULL,
    tombstone_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_forgotten_hashes PRIMARY KEY (id),
    CONSTRAINT uq_forgotten_hashes_tombstone_id_kind_sha256 UNIQUE (tombstone_id, kind, sha256),
    CONSTRAINT fk_forgotten_hashes_tombstone_id_tombstones FOREIGN KEY(tombstone_id) REFERENCES tombstones (id)
);

CREATE TABLE rejected_topics (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    topic_id BIGINT NOT NULL,
    decision_id BIGINT NOT NULL,
    CONSTRAINT pk_rejected_topics PRIMARY KEY (id),
    CONSTRAINT uq_rejected_topics_topic_id_article_id UNIQUE (topic_id, article_id),
    CONSTRAINT fk_rejected_topics_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_rejected_topics_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id),
    CONSTRAINT fk_rejected_topics_decision_id_decisions FOREIGN KEY(decision_id) REFERENCES decisions (id)
);

CREATE TABLE article_credits (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    revision_id BIGINT,
    field TEXT COLLATE "C" NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    CONSTRAINT pk_article_credits PRIMARY KEY (id),
    CONSTRAINT fk_article_credits_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_article_credits_source_id_sources FOREIGN KEY(source_id) REFERENCES sources (id),
    CONSTRAINT fk_article_credits_revision_id_article_revisions FOREIGN KEY(revision_id) REFERENCES article_revisions (id)
);

CREATE TABLE article_links (
    id BIGSERIAL NOT NULL,
    revision_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C",
    url TEXT COLLATE "C",
    CONSTRAINT pk_article_links PRIMARY KEY (id),
    CONSTRAINT uq_article_links_revision_id_position UNIQUE (revision_id, position),
    CONSTRAINT fk_article_links_revision_id_article_revisions FOREIGN KEY(revision_id) REFERENCES article_revisions (id)
);

CREATE TABLE body_blocks (
    id BIGSERIAL NOT NULL,
    revision_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    level INTEGER,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    CONSTRAINT pk_body_blocks PRIMARY KEY (id),
    CONSTRAINT uq_body_blocks_revision_id_position UNIQUE (revision_id, position),
    CONSTRAINT fk_body_blocks_revision_id_article_revisions FOREIGN KEY(revision_id) REFERENCES article_revisions (id)
);

CREATE TABLE import_items (
    id BIGSERIAL NOT NULL,
    import_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    locator TEXT COLLATE "C" NOT NULL,
    original_id BIGINT,
    context_sha256 TEXT COLLATE "C",
    reader TEXT COLLATE "C",
    source_as_read TEXT COLLATE "C",
    id_as_read TEXT COLLATE "C",
    url_as_read TEXT COLLATE "C",
    published_as_read TEXT COLLATE "C",
    outcome TEXT COLLATE "C" NOT NULL,
    article_id BIGINT,
    revision_id BIGINT,
    text_sha256 TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    tombstone_id BIGINT,
    stated_in_id BIGINT,
    modified_at TEXT COLLATE "C",
    crawled_at TEXT COLLATE "C",
    CONSTRAINT pk_import_items PRIMARY KEY (id),
    CONSTRAINT fk_import_items_import_id_imports FOREIGN KEY(import_id) REFERENCES imports (id),
    CONSTRAINT fk_import_items_original_id_originals FOREIGN KEY(original_id) REFERENCES originals (id),
    CONSTRAINT fk_import_items_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_import_items_revision_id_article_revisions FOREIGN KEY(revision_id) REFERENCES article_revisions (id),
    CONSTRAINT fk_import_items_tombstone_id_tombstones FOREIGN KEY(tombstone_id) REFERENCES tombstones (id),
    CONSTRAINT fk_import_items_stated_in_id_import_items FOREIGN KEY(stated_in_id) REFERENCES import_items (id)
);

CREATE TABLE set_aside (
    id BIGSERIAL NOT NULL,
    revision_id BIGINT NOT NULL,
    after_block INTEGER NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    rule TEXT COLLATE "C" NOT NULL,
    rule_version INTEGER NOT NULL,
    CONSTRAINT pk_set_aside PRIMARY KEY (id),
    CONSTRAINT uq_set_aside_revision_id_position UNIQUE (revision_id, position),
    CONSTRAINT fk_set_aside_revision_id_article_revisions FOREIGN KEY(revision_id) REFERENCES article_revisions (id)
);

CREATE TABLE suggestions (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    topic_id BIGINT NOT NULL,
    model_id BIGINT NOT NULL,
    score FLOAT NOT NULL,
    revision_id BIGINT NOT NULL,
    CONSTRAINT pk_suggestions PRIMARY KEY (id),
    CONSTRAINT uq_suggestions_topic_id_article_id UNIQUE (topic_id, article_id),
    CONSTRAINT fk_suggestions_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_suggestions_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id),
    CONSTRAINT fk_suggestions_model_id_models FOREIGN KEY(model_id) REFERENCES models (id),
    CONSTRAINT fk_suggestions_revision_id_article_revisions FOREIGN KEY(revision_id) REFERENCES article_revisions (id)
);

CREATE TABLE article_dates (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    revision_id BIGINT,
    text TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C",
    precision TEXT COLLATE "C",
    has_zone BOOLEAN NOT NULL,
    chosen BOOLEAN NOT NULL,
    reason TEXT COLLATE "C",
    field TEXT COLLATE "C",
    start INTEGER,
    "end" INTEGER,
    import_item_id BIGINT,
    CONSTRAINT pk_article_dates PRIMARY KEY (id),
    CONSTRAINT fk_article_dates_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_article_dates_revision_id_article_revisions FOREIGN KEY(revision_id) REFERENCES article_revisions (id),
    CONSTRAINT fk_article_dates_import_item_id_import_items FOREIGN KEY(import_item_id) REFERENCES import_items (id)
);

CREATE TABLE article_values (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    import_item_id BIGINT NOT NULL,
    CONSTRAINT pk_article_values PRIMARY KEY (id),
    CONSTRAINT uq_article_values_article_id_field UNIQUE (article_id, field),
    CONSTRAINT fk_article_values_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_article_values_import_item_id_import_items FOREIGN KEY(import_item_id) REFERENCES import_items (id)
);

CREATE TABLE other_values (
    id BIGSERIAL NOT NULL,
    article_id BIGINT NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    import_item_id BIGINT NOT NULL,
    CONSTRAINT pk_other_values PRIMARY KEY (id),
    CONSTRAINT fk_other_values_article_id_articles FOREIGN KEY(article_id) REFERENCES articles (id),
    CONSTRAINT fk_other_values_import_item_id_import_items FOREIGN KEY(import_item_id) REFERENCES import_items (id)
);

CREATE TABLE suggestion_words (
    id BIGSERIAL NOT NULL,
    suggestion_id BIGINT NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    weight FLOAT NOT NULL,
    CONSTRAINT pk_suggestion_words PRIMARY KEY (id),
    CONSTRAINT fk_suggestion_words_suggestion_id_suggestions FOREIGN KEY(suggestion_id) REFERENCES suggestions (id)
);

CREATE TABLE tag_evidence (
    id BIGSERIAL NOT NULL,
    article_topic_id BIGINT,
    rejected_topic_id BIGINT,
    decision_id BIGINT,
    method TEXT COLLATE "C" NOT NULL,
    rule TEXT COLLATE "C",
    score FLOAT,
    given_text TEXT COLLATE "C",
    given_by TEXT COLLATE "C",
    import_item_id BIGINT,
    revision_id BIGINT,
    set_aside_id BIGINT,
    field TEXT COLLATE "C" NOT NULL,
    start INTEGER,
    "end" INTEGER,
    model_id BIGINT,
    CONSTRAINT pk_tag_evidence PRIMARY KEY (id),
    CONSTRAINT fk_tag_evidence_article_topic_id_article_topics FOREIGN KEY(article_topic_id) REFERENCES article_topics (id),
    CONSTRAINT fk_tag_evidence_rejected_topic_id_rejected_topics FOREIGN KEY(rejected_topic_id) REFERENCES rejected_topics (id),
    CONSTRAINT fk_tag_evidence_decision_id_decisions FOREIGN KEY(decision_id) REFERENCES decisions (id),
    CONSTRAINT fk_tag_evidence_import_item_id_import_items FOREIGN KEY(import_item_id) REFERENCES import_items (id),
    CONSTRAINT fk_tag_evidence_revision_id_article_revisions FOREIGN KEY(revision_id) REFERENCES article_revisions (id),
    CONSTRAINT fk_tag_evidence_set_aside_id_set_aside FOREIGN KEY(set_aside_id) REFERENCES set_aside (id),
    CONSTRAINT fk_tag_evidence_model_id_models FOREIGN KEY(model_id) REFERENCES models (id)
);

ALTER TABLE articles ADD CONSTRAINT fk_articles_revision_id_article_revisions FOREIGN KEY(revision_id) REFERENCES article_revisions (id);

-- What input gives can be longer than the 2,700 bytes that a b-tree takes. Such values are looked up by hash indexes, and that
-- none is there twice is seen by two digests of them: texts with one MD5 can be made, but not so that it is also that of
-- their letters backwards.

CREATE UNIQUE INDEX uq_authors_name_key ON authors (md5(name_key), md5(reverse(name_key)));

CREATE INDEX ix_authors_name_key ON authors USING hash (name_key);

CREATE UNIQUE INDEX uq_corpora_name ON corpora (md5(name), md5(reverse(name)));

CREATE INDEX ix_corpora_name ON corpora USING hash (name);

CREATE UNIQUE INDEX uq_saved_queries_name ON saved_queries (md5(name), md5(reverse(name)));

CREATE INDEX ix_saved_queries_name ON saved_queries USING hash (name);

CREATE UNIQUE INDEX uq_schemes_scheme ON schemes (md5(scheme), md5(reverse(scheme)));

CREATE INDEX ix_schemes_scheme ON schemes USING hash (scheme);

CREATE UNIQUE INDEX uq_sources_slug ON sources (md5(slug), md5(reverse(slug)));

CREATE INDEX ix_sources_slug ON sources USING hash (slug);

CREATE UNIQUE INDEX uq_topics_scheme_code ON topics (md5(scheme), md5(reverse(scheme)), md5(code), md5(reverse(code)));

CREATE INDEX ix_topics_code ON topics USING hash (code);

CREATE UNIQUE INDEX uq_source_domains_domain_source_id ON source_domains (md5(domain), md5(reverse(domain)), source_id);

CREATE INDEX ix_source_domains_domain ON source_domains USING hash (domain);

CREATE UNIQUE INDEX uq_source_names_name_key_source_id ON source_names (md5(name_key), md5(reverse(name_key)), source_id);

CREATE INDEX ix_source_names_name_key ON source_names USING hash (name_key);

CREATE UNIQUE INDEX uq_topic_mappings_topic_id_relation_scheme_code ON topic_mappings (topic_id, relation, md5(scheme), md5(reverse(scheme)), md5(code), md5(reverse(code)));

CREATE UNIQUE INDEX uq_topic_names_topic_id_name_key_language ON topic_names (topic_id, md5(name_key), md5(reverse(name_key)), language);

CREATE UNIQUE INDEX uq_topic_rules_topic_id_kind_expression ON topic_rules (topic_id, kind, md5(expression), md5(reverse(expression)));

CREATE INDEX ix_topic_rules_expression ON topic_rules USING hash (expression);

CREATE UNIQUE INDEX uq_article_identifiers_scheme_scope_value_article_id ON article_identifiers (scheme, md5(scope), md5(reverse(scope)), md5(value), md5(reverse(value)), article_id);

CREATE INDEX ix_article_identifiers_value ON article_identifiers USING hash (value);

CREATE INDEX ix_decisions_article_key ON decisions (article_key);

CREATE INDEX ix_topics_parent_id ON topics (parent_id);

CREATE INDEX ix_agency_names_source_id ON agency_names (source_id);

CREATE INDEX ix_articles_counting ON articles (id, source_id, published_from, published_precision);

CREATE INDEX ix_articles_embargo_until ON articles (embargo_until) WHERE embargo_until IS NOT NULL;

CREATE INDEX ix_articles_published_from ON articles (published_from);

CREATE INDEX ix_articles_source_id ON articles (source_id);

CREATE INDEX ix_articles_status ON articles (status) WHERE status IS NOT NULL;

CREATE INDEX ix_containers_import_id ON containers (import_id);

CREATE INDEX ix_source_domains_source_id ON source_domains (source_id);

CREATE INDEX ix_source_names_source_id ON source_names (source_id);

CREATE INDEX ix_tombstones_key ON tombstones (key);

CREATE INDEX ix_topic_mappings_scheme_code ON topic_mappings USING hash (code);

CREATE INDEX ix_topic_names_name_key ON topic_names USING hash (name_key);

CREATE INDEX ix_article_authors_author_id ON article_authors (author_id);

CREATE INDEX ix_article_identifiers_article_id ON article_identifiers (article_id);

CREATE INDEX ix_article_revisions_fingerprint ON article_revisions (fingerprint);

CREATE INDEX ix_article_topics_article_id ON article_topics (article_id);

CREATE INDEX ix_forgotten_hashes_sha256 ON forgotten_hashes (sha256);

CREATE INDEX ix_rejected_topics_article_id ON rejected_topics (article_id);

CREATE INDEX ix_article_credits_article_id ON article_credits (article_id);

CREATE INDEX ix_import_items_article_id ON import_items (article_id);

CREATE INDEX ix_import_items_import_id_outcome ON import_items (import_id, outcome);

CREATE INDEX ix_import_items_locator ON import_items USING hash (locator);

CREATE INDEX ix_suggestions_article_id ON suggestions (article_id);

CREATE INDEX ix_suggestions_model_id ON suggestions (model_id);

CREATE INDEX ix_suggestions_revision_id ON suggestions (revision_id);

CREATE INDEX ix_article_dates_article_id ON article_dates (article_id);

CREATE INDEX ix_other_values_article_id ON other_values (article_id);

CREATE INDEX ix_suggestion_words_suggestion_id ON suggestion_words (suggestion_id);

CREATE INDEX ix_tag_evidence_article_topic_id ON tag_evidence (article_topic_id);

CREATE INDEX ix_tag_evidence_model_id ON tag_evidence (model_id) WHERE model_id IS NOT NULL;

CREATE INDEX ix_tag_evidence_rejected_topic_id ON tag_evidence (rejected_topic_id) WHERE rejected_topic_id IS NOT NULL;

CREATE TABLE article_search (
    article_id BIGINT NOT NULL,
    headline TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    vector TSVECTOR,
    CONSTRAINT pk_article_search PRIMARY KEY (article_id),
    CONSTRAINT fk_article_search_article_id_articles FOREIGN KEY (article_id) REFERENCES articles (id)
);
CREATE INDEX ix_article_search_vector ON article_search USING gin (vector);
CREATE INDEX ix_article_search_too_long ON article_search (article_id) WHERE vector IS NULL;

CREATE VIEW documents AS
SELECT a.key AS doc_id,
       s.name AS source,
       CASE WHEN a.decided_headline IS NULL THEN r.headline
            ELSE nullif(a.decided_headline, '') END AS headline,
       a.published AS published,
       a.published_precision AS published_precision,
       a.published_on AS published_on,
       a.language AS language,
       a.section AS section,
       a.url AS url,
       (SELECT string_agg(name, '; ')
          FROM (SELECT au.name AS name FROM article_authors aa JOIN authors au ON au.id = aa.author_id
                 WHERE aa.article_id = a.id ORDER BY aa.position) listed) AS authors,
       (SELECT string_agg(name, '; ')
          FROM (SELECT t.name AS name FROM article_topics tg JOIN topics t ON t.id = tg.topic_id
                 WHERE tg.article_id = a.id ORDER BY t.name) listed) AS topics,
       r.words AS words,
       r.body AS text,
       s.slug AS source_slug,
       a.kind AS kind,
       a.published_from AS published_from,
       a.published_until AS published_until,
       a.published_at AS published_at,
       r.fingerprint AS fingerprint,
       a.status AS status,
       a.embargo_until AS embargo_until,
       CASE WHEN a.status = 'withheld' OR a.status = 'canceled' THEN '9999-12-31T23:59:59.999999Z'
            ELSE a.embargo_until END AS hidden_until,
       a.slugline AS slugline,
       a.dateline AS dateline,
       (SELECT string_agg(name, '; ')
          FROM (SELECT DISTINCT cs.name AS name FROM article_credits ac JOIN sources cs ON cs.id = ac.source_id
                 WHERE ac.article_id = a.id ORDER BY cs.name) listed) AS credited
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
  LEFT JOIN sources s ON s.id = a.source_id;

CREATE VIEW document_authors AS
SELECT a.key AS doc_id,
       credit.position AS position,
       au.name AS author
  FROM article_authors credit
  JOIN articles a ON a.id = credit.article_id
  JOIN authors au ON au.id = credit.author_id;

CREATE VIEW document_topics AS
SELECT a.key AS doc_id,
       t.scheme AS scheme,
       t.code AS code,
       t.name AS topic,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'given') AS given,
       (SELECT count(*) FROM tag_evidence e
         WHERE e.article_topic_id = tg.id AND e.method IN ('rule', 'query', 'trailing_tags')) AS matched,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'decision') AS decided,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'mapping') AS mapped,
       (SELECT count(*) FROM tag_evidence e WHERE e.article_topic_id = tg.id AND e.method = 'model') AS by_model
  FROM article_topics tg
  JOIN articles a ON a.id = tg.article_id
  JOIN topics t ON t.id = tg.topic_id;

CREATE VIEW document_revisions AS
SELECT a.key AS doc_id,
       r.number AS revision,
       CASE WHEN r.id = a.revision_id THEN 1 ELSE 0 END AS is_current,
       r.cause AS cause,
       r.seen_at AS seen_at,
       r.modified_at AS modified_at,
       r.headline AS headline,
       b.headline AS headline_before,
       r.words AS words,
       b.words AS words_before,
       r.fingerprint AS fingerprint,
       b.fingerprint AS fingerprint_before,
       r.body AS text,
       b.body AS text_before
  FROM articles a
  JOIN article_revisions r ON r.article_id = a.id
  LEFT JOIN article_revisions b ON b.article_id = r.article_id AND b.number = r.number - 1;

CREATE VIEW tag_overview AS
SELECT a.key AS doc_id,
       t.scheme AS scheme,
       t.code AS code,
       t.name AS topic,
       e.method AS method,
       e.rule AS rule,
       e.given_by AS given_by,
       e.field AS field,
       e.start AS start,
       e."end" AS "end",
       CASE e.field WHEN 'topics' THEN e.given_text
                    WHEN 'set_aside' THEN substr(x.text, e.start + 1, e."end" - e.start)
                    WHEN 'headline' THEN substr(r.headline, e.start + 1, e."end" - e.start)
                    ELSE substr(r.body, e.start + 1, e."end" - e.start) END AS passage,
       CASE e.field WHEN 'topics' THEN e.given_text
                    WHEN 'set_aside' THEN x.text
                    WHEN 'headline' THEN r.headline
                    ELSE substr(r.body, CASE WHEN e.start > 60 THEN e.start - 59 ELSE 1 END,
                                CASE WHEN e.start > 60 THEN e."end" - e.start + 120 ELSE e."end" + 60 END)
                    END AS context,
       e.score AS score
  FROM tag_evidence e
  JOIN article_topics tg ON tg.id = e.article_topic_id
  JOIN articles a ON a.id = tg.article_id
  JOIN topics t ON t.id = tg.topic_id
  LEFT JOIN article_revisions r ON r.id = e.revision_id
  LEFT JOIN set_aside x ON x.id = e.set_aside_id;

CREATE VIEW source_counts AS
SELECT s.name AS source,
       s.slug AS slug,
       coalesce(c.articles, 0) AS articles,
       coalesce(c.texts, 0) AS texts,
       coalesce(c.words, 0) AS words,
       coalesce(c.undated, 0) AS undated,
       c.first_published AS "first",
       c.last_published AS "last"
  FROM sources s
  LEFT JOIN (
       SELECT a.source_id AS source_id,
              count(*) AS articles,
              count(DISTINCT r.fingerprint) AS texts,
              CAST(sum(r.words) AS BIGINT) AS words,
              count(*) - count(a.published) AS undated,
              substr(min(a.published_from || a.published), 20) AS first_published,
              substr(max(a.published_from || a.published), 20) AS last_published
         FROM articles a
         JOIN article_revisions r ON r.id = a.revision_id
        WHERE a.source_id IS NOT NULL
        GROUP BY a.source_id
       ) c ON c.source_id = s.id
 UNION ALL
SELECT NULL,
       NULL,
       count(*),
       count(DISTINCT r.fingerprint),
       CAST(sum(r.words) AS BIGINT),
       count(*) - count(a.published),
       substr(min(a.published_from || a.published), 20),
       substr(max(a.published_from || a.published), 20)
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id
 WHERE a.source_id IS NULL
HAVING count(*) > 0;

CREATE VIEW topic_counts AS
WITH RECURSIVE tree (topic_id, below_id) AS (
    SELECT id, id FROM topics
     UNION
    SELECT tree.topic_id, lower_one.id FROM tree JOIN topics lower_one ON lower_one.parent_id = tree.below_id
)
SELECT t.scheme AS scheme,
       t.code AS code,
       t.name AS topic,
       parent.code AS broader,
       coalesce(own.articles, 0) AS articles,
       coalesce(whole.articles, 0) AS with_below
  FROM topics t
  LEFT JOIN topics parent ON parent.id = t.parent_id
  LEFT JOIN (
       SELECT topic_id, count(*) AS articles FROM article_topics GROUP BY topic_id
       ) own ON own.topic_id = t.id
  LEFT JOIN (
       SELECT tree.topic_id AS topic_id, count(DISTINCT tg.article_id) AS articles
         FROM tree
         JOIN article_topics tg ON tg.topic_id = tree.below_id
        GROUP BY tree.topic_id
       ) whole ON whole.topic_id = t.id;

CREATE VIEW topic_tree AS
WITH RECURSIVE tree (topic_id, below_id) AS (
    SELECT id, id FROM topics
     UNION
    SELECT tree.topic_id, lower_one.id FROM tree JOIN topics lower_one ON lower_one.parent_id = tree.below_id
)
SELECT tree.topic_id AS topic_id,
       tree.below_id AS below_id,
       t.scheme AS scheme,
       t.code AS code,
       t.name AS topic,
       below.code AS below_code,
       below.name AS below_topic
  FROM tree
  JOIN topics t ON t.id = tree.topic_id
  JOIN topics below ON below.id = tree.below_id;

CREATE VIEW monthly_counts AS
SELECT d.year AS year,
       d.month AS month,
       d.source AS source,
       d.source_slug AS source_slug,
       count(*) AS articles,
       count(d.published_on) AS to_the_day,
       count(DISTINCT d.fingerprint) AS texts,
       CAST(sum(d.words) AS BIGINT) AS words
  FROM (SELECT substr(a.published_from, 1, 4) AS year,
               CASE WHEN a.published_precision <> 'year' THEN substr(a.published_from, 1, 7) END AS month,
               s.name AS source,
               s.slug AS source_slug,
               a.published_on AS published_on,
               r.fingerprint AS fingerprint,
               r.words AS words
          FROM articles a
          JOIN article_revisions r ON r.id = a.revision_id
          LEFT JOIN sources s ON s.id = a.source_id) d
 GROUP BY d.year, d.month, d.source_slug, d.source;

CREATE VIEW import_counts AS
SELECT run.id AS import,
       run.started_at AS started_at,
       run.finished_at AS finished_at,
       run.status AS status,
       count(item.id) AS units,
       count(CASE WHEN item.outcome = 'added' THEN 1 END) AS added,
       count(CASE WHEN item.outcome = 'revised' THEN 1 END) AS revised,
       count(CASE WHEN item.outcome = 'unchanged' THEN 1 END) AS unchanged,
       count(CASE WHEN item.outcome = 'duplicate' THEN 1 END) AS duplicate,
       count(CASE WHEN item.outcome = 'failed' THEN 1 END) AS failed,
       run.arguments AS arguments
  FROM imports run
  LEFT JOIN import_items item ON item.import_id = run.id
 GROUP BY run.id, run.started_at, run.finished_at, run.status, run.arguments;

CREATE VIEW article_text AS
SELECT a.id AS id,
       CASE WHEN a.decided_headline IS NULL THEN coalesce(r.headline_index, r.headline)
            ELSE coalesce(a.decided_headline_index, nullif(a.decided_headline, '')) END AS headline,
       coalesce(r.body_index, r.body) AS body
  FROM articles a
  JOIN article_revisions r ON r.id = a.revision_id;
