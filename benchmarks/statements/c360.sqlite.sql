SELECT json_object('customer', json_object(
  'id', 'c' || c.id, 'number', c.number, 'name', c.name, 'kind', c.kind, 'status', c.status,
  'gender', c.gender, 'birthDate', c.birth_date,
  'policies', json_object('edges', (SELECT json_group_array(json_object(
      'roles', json(e.roles), 'node', json_object('number', e.number, 'status', e.status,
        'effectiveDate', e.effective_date,
        'annualPremium', printf('%d.%02d', e.annual_premium / 10000, e.annual_premium / 100 % 100),
        'product', json_object('code', e.code, 'name', e.name, 'line', e.line))))
    FROM (SELECT p.*, t.code, t.name, t.line, l.roles
      FROM (SELECT policy_id, json_group_array(role) AS roles FROM (SELECT policy_id, role FROM policy_parties
          WHERE customer_id = c.id AND ended_at IS NULL
          ORDER BY policy_id, instr('APPLICANT INSURED BENEFICIARY PAYER OTHER', role))
        GROUP BY policy_id) l
      JOIN policies p ON p.id = l.policy_id JOIN products t ON t.id = p.product_id
      ORDER BY p.effective_date DESC, p.id DESC LIMIT 25) e)),
  'contacts', json_object('nodes', (SELECT json_group_array(json_object('channel', e.channel,
      'occurredAt', e.occurred_at, 'subject', e.subject, 'outcome', e.outcome))
    FROM (SELECT * FROM contacts WHERE customer_id = c.id ORDER BY occurred_at DESC, id DESC LIMIT 25) e)),
  'tags', (SELECT json_group_array(json_object('tag', json_object('code', e.code, 'name', e.name),
      'source', e.source))
    FROM (SELECT t.code, t.name, k.source, row_number() OVER (PARTITION BY t.id ORDER BY
          coalesce(k.expires_at, '9999') DESC, k.assigned_at DESC, k.id DESC) AS place
      FROM customer_tags k JOIN tags t ON t.id = k.tag_id
      WHERE k.customer_id = c.id AND k.ended_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
      ORDER BY t.code) e WHERE e.place = 1),
  'leads', json_object('nodes', (SELECT json_group_array(json_object('title', e.title, 'stage', e.stage,
      'dueAt', e.due_at))
    FROM (SELECT * FROM leads WHERE customer_id = c.id ORDER BY due_key, id LIMIT 25) e))))
FROM customers c WHERE c.number = ?
