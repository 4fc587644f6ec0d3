"use strict";

// Relative to the page, so that a proxy may serve us under any path.
SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#operations",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // A key is forgotten with the page.
  persistAuthorization: false,
  // The badge would show our description to a server of Swagger's.
  validatorUrl: null,
});
