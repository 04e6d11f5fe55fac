// playground.mjs - a person at the playground: opens it, gives the token, runs every example, and tells what happened.
//   HUB_URL=http://127.0.0.1:8000 HUB_TOKEN=... node playground.mjs [screenshot.png]
// Prints JSON: {"tabs": [names], "answers": [texts], "elsewhere": [addresses asked outside the hub], "errors": [console errors]}.
import { chromium } from 'playwright-core';
const hub = process.env.HUB_URL, token = process.env.HUB_TOKEN;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
const told = { tabs: [], answers: [], elsewhere: [], errors: [] };
page.on('request', r => { if (!r.url().startsWith(hub) && !r.url().startsWith('data:')) told.elsewhere.push(r.url()); });
page.on('console', m => { if (m.type() === 'error') told.errors.push(m.text()); });
page.on('pageerror', e => told.errors.push(String(e)));
await page.goto(hub + '/', { waitUntil: 'networkidle' });
await page.locator('#token').fill(token);
await page.keyboard.press('Enter');
await page.waitForTimeout(1000);
const shown = selector => page.evaluate(s => document.querySelector(s)?.CodeMirror?.getValue() ?? '', selector);
const tabs = page.locator('.graphiql-tab button[role=tab], button.graphiql-tab-button');
told.tabs = await tabs.allInnerTexts();
for (let place = 0; place < told.tabs.length; place++) {
  await tabs.nth(place).click();
  await page.waitForFunction(name => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.getValue().includes(name), told.tabs[place]);
  await page.waitForTimeout(500);
  const answered = page.waitForResponse(r => r.url().endsWith('/graphql'));
  await page.locator('.graphiql-execute-button').click();
  await answered;
  await page.waitForTimeout(500);
  told.answers.push(await shown('.result-window .CodeMirror'));
  if (place === 1 && process.argv[2]) await page.screenshot({ path: process.argv[2] });
}
console.log(JSON.stringify(told));
await browser.close();
