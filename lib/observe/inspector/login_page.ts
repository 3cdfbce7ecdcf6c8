/**
 * The page that asks for the token: a form, without a script.
 *
 * @module
 */

/** What went wrong with the last try. */
export type LoginFault = "wrong" | "too often";

const FAULTS: Readonly<Record<LoginFault, string>> = {
  "wrong": "That is not the token of this server (SOCKEYE_INSPECTOR_TOKEN).",
  "too often": "Too many wrong tokens: try again in a minute.",
};

/** The page. */
export function loginPage(fault?: LoginFault): string {
  const said = fault === undefined ? "" : `<p class="fault" role="alert" id="fault">${FAULTS[fault]}</p>`;
  const marks = fault === undefined ? "" : ' aria-invalid="true" aria-describedby="fault"';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in – Sockeye inspector</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="page.css">
</head>
<body class="login">
<main>
<form method="post" action="login" class="card">
<h1><img src="icon.svg" alt="" width="52" height="33"> Sockeye inspector</h1>
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus${marks}>
${said}
<button class="primary">Log in</button>
<p class="hint">It is in the environment of the server: <code>SOCKEYE_INSPECTOR_TOKEN</code>.</p>
</form>
</main>
</body>
</html>
`;
}
