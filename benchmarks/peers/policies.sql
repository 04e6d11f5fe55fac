-- Who sees which rows, as PostGraphile's documentation recommends: a role of its own, policies of row-level
-- security, and what the token says as settings of the transaction, read once a statement. The rules are the
-- hub's: a customer by any of its branches, or of none; a policy by its branch, or by a party in sight.
-- Of aggregates, not of EXISTS: by that PostgreSQL went through all rows of all branches for a page of customers.
DO $$ BEGIN
  CREATE ROLE peers_viewer NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
SET search_path = peers;
GRANT USAGE ON SCHEMA peers TO peers_viewer;
GRANT SELECT ON ALL TABLES IN SCHEMA peers TO peers_viewer;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE policies ENABLE ROW LEVEL SECURITY;
ALTER TABLE parties ENABLE ROW LEVEL SECURITY;
ALTER TABLE contacts ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_tags ENABLE ROW LEVEL SECURITY;
ALTER TABLE leads ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION branches() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN current_setting('jwt.claims.branches', true)::bigint[];
CREATE POLICY seen ON customers FOR SELECT TO peers_viewer USING (
  coalesce((SELECT bool_or(b.branch_id = ANY ((SELECT branches())::bigint[])) FROM customer_branches b
    WHERE b.customer_id = customers.id), true));
CREATE POLICY seen ON parties FOR SELECT TO peers_viewer USING (
  coalesce((SELECT bool_or(b.branch_id = ANY ((SELECT branches())::bigint[])) FROM customer_branches b
    WHERE b.customer_id = parties.customer_id), true));
CREATE POLICY seen ON contacts FOR SELECT TO peers_viewer USING (
  coalesce((SELECT bool_or(b.branch_id = ANY ((SELECT branches())::bigint[])) FROM customer_branches b
    WHERE b.customer_id = contacts.customer_id), true));
CREATE POLICY seen ON customer_tags FOR SELECT TO peers_viewer USING (
  coalesce((SELECT bool_or(b.branch_id = ANY ((SELECT branches())::bigint[])) FROM customer_branches b
    WHERE b.customer_id = customer_tags.customer_id), true));
CREATE POLICY seen ON leads FOR SELECT TO peers_viewer USING (
  coalesce((SELECT bool_or(b.branch_id = ANY ((SELECT branches())::bigint[])) FROM customer_branches b
    WHERE b.customer_id = leads.customer_id), true));
CREATE POLICY seen ON policies FOR SELECT TO peers_viewer USING (
  branch_id = ANY ((SELECT branches())::bigint[])
  OR (SELECT count(*) > 0 FROM parties WHERE parties.policy_id = policies.id));
