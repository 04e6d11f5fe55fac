SELECT json_build_object('customer', json_build_object(
  'id', 'c' || c.id, 'number', c.number, 'name', c.name, 'kind', c.kind, 'status', c.status,
  'gender', c.gender, 'birthDate', c.birth_date,
  'policies', json_build_object('edges', (SELECT coalesce(json_agg(json_build_object(
      'roles', e.roles, 'node', json_build_object('number', e.number, 'status', e.status,
        'effectiveDate', e.effective_date, 'annualPremium', to_char(e.annual_premium / 10000.0, 'FM9999999990.00'),
        'product', json_build_object('code', e.code, 'name', e.name, 'line', e.line)))), '[]')
    FROM (SELECT p.*, t.code, t.name, t.line, l.roles
      FROM (SELECT policy_id, json_agg(role ORDER BY strpos('APPLICANT INSURED BENEFICIARY PAYER OTHER', role)) roles
        FROM policy_parties WHERE customer_id = c.id AND ended_at IS NULL GROUP BY policy_id) l
      JOIN policies p ON p.id = l.policy_id JOIN products t ON t.id = p.product_id
      ORDER BY p.effective_date DESC, p.id DESC LIMIT 25) e)),
  'contacts', json_build_object('nodes', (SELECT coalesce(json_agg(json_build_object('channel', e.channel,
      'occurredAt', to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'subject', e.subject, 'outcome', e.outcome)), '[]')
    FROM (SELECT * FROM contacts WHERE customer_id = c.id ORDER BY occurred_at DESC, id DESC LIMIT 25) e)),
  'tags', (SELECT coalesce(json_agg(json_build_object('tag', json_build_object('code', e.code, 'name', e.name),
      'source', e.source)), '[]')
    FROM (SELECT DISTINCT ON (t.code) t.code, t.name, k.source FROM customer_tags k JOIN tags t ON t.id = k.tag_id
      WHERE k.customer_id = c.id AND k.ended_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
      ORDER BY t.code, k.expires_at DESC NULLS FIRST, k.assigned_at DESC, k.id DESC) e),
  'leads', json_build_object('nodes', (SELECT coalesce(json_agg(json_build_object('title', e.title,
      'stage', e.stage, 'dueAt', to_char(e.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))), '[]')
    FROM (SELECT * FROM leads WHERE customer_id = c.id ORDER BY due_key, id LIMIT 25) e))))::text
FROM customers c WHERE c.number = %s
