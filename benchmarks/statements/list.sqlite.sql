SELECT json_object('customers', json_object('nodes', json_group_array(json_object(
  'id', 'c' || c.id, 'number', c.number, 'name', c.name, 'status', c.status,
  'policies', json_object('nodes', (SELECT json_group_array(json_object('number', e.number, 'status', e.status,
      'annualPremium', printf('%d.%02d', e.annual_premium / 10000, e.annual_premium / 100 % 100),
      'product', json_object('name', e.product)))
    FROM (SELECT p.*, t.name AS product
      FROM (SELECT DISTINCT policy_id FROM policy_parties WHERE customer_id = c.id AND ended_at IS NULL) l
      JOIN policies p ON p.id = l.policy_id JOIN products t ON t.id = p.product_id
      ORDER BY p.effective_date DESC, p.id DESC LIMIT 25) e)),
  'tags', (SELECT json_group_array(json_object('tag', json_object('code', e.code, 'name', e.name)))
    FROM (SELECT DISTINCT t.code, t.name FROM customer_tags k JOIN tags t ON t.id = k.tag_id
      WHERE k.customer_id = c.id AND k.ended_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
      ORDER BY t.code) e)))))
FROM (SELECT * FROM customers WHERE number > ? ORDER BY number LIMIT ?) c
