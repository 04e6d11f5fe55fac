// Puts GraphiQL on the page: the token, the fetcher and the example tabs. Nothing outlives the browser tab.
"use strict";

(function () {
  const TOKEN = "kehu.token";
  const field = document.getElementById("token");
  const state = document.getElementById("token-state");
  const root = ReactDOM.createRoot(document.getElementById("graphiql"));

  function say(text) {
    state.textContent = text;
  }

  // A new function for each token: GraphiQL asks for the schema again when its fetcher is another one.
  function fetcherWith(token) {
    return async function (request) {
      if (!token) {
        say("Paste a token to begin: `make demo` prints two, `kehu token create` makes one.");
        return { message: "Paste a token above to begin." };
      }
      const headers = {
        "content-type": "application/json",
        accept: "application/graphql-response+json",
        authorization: "Bearer " + token,
      };
      const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(request) });
      say(response.status === 401 ? "This token is not valid." : "");
      return response.json();
    };
  }

  function show(examples) {
    root.render(
      React.createElement(GraphiQL, {
        fetcher: fetcherWith(field.value.trim()),
        storage: sessionStorage,
        defaultTabs: examples,
        isHeadersEditorEnabled: false,
        showPersistHeadersSettings: false,
        defaultEditorToolsVisibility: false,
      }),
    );
  }

  async function start() {
    const examples = await (await fetch("/graphiql/examples.json")).json();
    field.value = sessionStorage.getItem(TOKEN) || "";
    field.addEventListener("change", function () {
      sessionStorage.setItem(TOKEN, field.value.trim());
      show(examples);
    });
    document.getElementById("token-form").addEventListener("submit", function (event) {
      event.preventDefault();
      field.blur();
    });
    show(examples);
  }

  start();
})();
