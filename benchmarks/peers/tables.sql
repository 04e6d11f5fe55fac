-- The same rows as tables of a schema of their own: what somebody would make who has no hub.
DROP SCHEMA IF EXISTS peers CASCADE;
CREATE SCHEMA peers;
SET search_path = peers;
CREATE TABLE customers AS SELECT id, number, name, kind, status, gender, birth_date FROM public.customers;
CREATE TABLE products AS SELECT id, code, name, line FROM public.products;
CREATE TABLE policies AS
  SELECT id, number, status, effective_date, annual_premium / 10000.0 AS annual_premium, product_id, branch_id
  FROM public.policies;
CREATE TABLE parties AS
  SELECT id, customer_id, policy_id, role FROM public.policy_parties
  WHERE ended_at IS NULL AND customer_id IS NOT NULL;
CREATE TABLE contacts AS SELECT id, customer_id, channel, occurred_at, subject, outcome FROM public.contacts;
CREATE TABLE tags AS SELECT id, code, name FROM public.tags;
CREATE TABLE customer_tags AS
  SELECT id, customer_id, tag_id, source FROM public.customer_tags
  WHERE ended_at IS NULL AND (expires_at IS NULL OR expires_at > now());
CREATE TABLE customer_branches AS SELECT DISTINCT customer_id, branch_id FROM public.customer_branches;
CREATE TABLE leads AS SELECT id, customer_id, title, stage, due_at FROM public.leads;
ALTER TABLE customers ADD PRIMARY KEY (id), ADD UNIQUE (number);
ALTER TABLE products ADD PRIMARY KEY (id);
ALTER TABLE policies ADD PRIMARY KEY (id), ADD FOREIGN KEY (product_id) REFERENCES products;
ALTER TABLE parties ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers,
  ADD FOREIGN KEY (policy_id) REFERENCES policies;
ALTER TABLE contacts ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE tags ADD PRIMARY KEY (id);
ALTER TABLE customer_tags ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers,
  ADD FOREIGN KEY (tag_id) REFERENCES tags;
ALTER TABLE leads ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE customer_branches ADD PRIMARY KEY (customer_id, branch_id);
CREATE INDEX ON parties (customer_id);
CREATE INDEX ON contacts (customer_id);
CREATE INDEX ON customer_tags (customer_id);
CREATE INDEX ON leads (customer_id);
CREATE INDEX ON policies (product_id);
CREATE INDEX ON parties (policy_id);
ANALYZE;
