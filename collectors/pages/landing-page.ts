/** What `/` shows where the power page is turned off. */
import { html } from './html.ts';

export const formatLandingPage = (
  version: string,
  telemetryPath: string,
  discovery: readonly string[],
): string =>
  html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>OpenNebula Exporter</title></head>
<body>
<h1>OpenNebula Exporter</h1>
<p>opennebula-extensions ${version}</p>
<p><a href="${telemetryPath}">Metrics</a></p>
<p>Service discovery:${discovery.map((path) => html` <a href="${path}">${path}</a>`)}</p>
</body>
</html>
`.html;
