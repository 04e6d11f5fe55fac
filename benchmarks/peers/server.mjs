// PostGraphile as for production: DATABASE_URL and PORT, no watching, no explaining, its plans kept.
// With JWT_SECRET it asks who is there: the claims of a verified token are the transaction's role and settings.
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PgLazyJWTPreset } from "postgraphile/presets/lazy-jwt";
import { postgraphile } from "postgraphile";

const secret = process.env.JWT_SECRET;
const preset = {
  extends: [PostGraphileAmberPreset, ...(secret ? [PgLazyJWTPreset] : [])],
  pgServices: [
    makePgService({ connectionString: process.env.DATABASE_URL, schemas: ["peers"], poolConfig: { max: 16 } }),
  ],
  grafast: { explain: false },
  grafserv: {
    graphiql: false,
    watch: false,
    ...(secret ? { pgJwtSecret: secret, pgJwtVerifyOptions: { algorithms: ["HS256"] } } : {}),
  },
};
const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), "127.0.0.1");
