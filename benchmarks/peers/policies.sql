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
CREATE FUNCTION branches() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
  RETURN current_setting('jwt.claims.branches', true)::bigint[];
DO $$ DECLARE rows record; BEGIN
  FOR rows IN VALUES ('customers', 'id'), ('parties', 'customer_id'), ('contacts', 'customer_id'),
    ('customer_tags', 'customer_id'), ('leads', 'customer_id')
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', rows.column1);
    EXECUTE format('CREATE POLICY seen ON %1$I FOR SELECT TO peers_viewer USING (
      coalesce((SELECT bool_or(b.branch_id = ANY ((SELECT branches())::bigint[])) FROM customer_branches b
        WHERE b.customer_id = %1$I.%2$I), true))', rows.column1, rows.column2);
  END LOOP;
END $$;
ALTER TABLE policies ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON policies FOR SELECT TO peers_viewer USING (
  branch_id = ANY ((SELECT branches())::bigint[])
  OR (SELECT count(*) > 0 FROM parties WHERE parties.policy_id = policies.id));
