WITH c AS (SELECT * FROM customers WHERE number > %s ORDER BY number LIMIT %s),
held AS (SELECT DISTINCT ON (k.customer_id, t.code) k.customer_id, t.code, t.name FROM c
  JOIN customer_tags k ON k.customer_id = c.id JOIN tags t ON t.id = k.tag_id
  WHERE k.ended_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) ORDER BY k.customer_id, t.code),
tagged AS (SELECT customer_id, json_agg(json_build_object('tag', json_build_object('code', code, 'name', name))
  ORDER BY code) told FROM held GROUP BY customer_id),
linked AS (SELECT DISTINCT y.customer_id, y.policy_id FROM c
  JOIN policy_parties y ON y.customer_id = c.id WHERE y.ended_at IS NULL),
placed AS (SELECT l.customer_id, p.*, t.name AS product,
    row_number() OVER (PARTITION BY l.customer_id ORDER BY p.effective_date DESC, p.id DESC) AS place
  FROM linked l JOIN policies p ON p.id = l.policy_id JOIN products t ON t.id = p.product_id),
insured AS (SELECT customer_id, json_agg(json_build_object('number', number, 'status', status,
    'annualPremium', to_char(annual_premium / 10000.0, 'FM9999999990.00'),
    'product', json_build_object('name', product)) ORDER BY place) told
  FROM placed WHERE place <= 25 GROUP BY customer_id)
SELECT json_build_object('customers', json_build_object('nodes', coalesce(json_agg(json_build_object(
  'id', 'c' || c.id, 'number', c.number, 'name', c.name, 'status', c.status,
  'policies', json_build_object('nodes', coalesce(insured.told, '[]')), 'tags', coalesce(tagged.told, '[]'))
  ORDER BY c.number), '[]')))::text
FROM c LEFT JOIN insured ON insured.customer_id = c.id LEFT JOIN tagged ON tagged.customer_id = c.id
