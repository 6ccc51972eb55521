// A passkey from its making to its end, with an authenticator that Chromium plays.
import assert from "node:assert/strict";
import { journey, LANGUAGES } from "./harness.mjs";

const words = {
  en: { add: "Add a passkey", enter: "Sign in with a passkey", out: "Sign out", rename: "Rename", remove: "Remove", sure: "Remove, and end my other sessions", refused: "was not accepted" },
  "zh-CN": { add: "添加通行密钥", enter: "使用通行密钥登录", out: "退出登录", rename: "重命名", remove: "删除", sure: "删除并将本人其他登录下线", refused: "未被接受" },
};

for (const lang of LANGUAGES) {
  journey(`a passkey is added, signs in, is renamed, and is worth nothing once removed (${lang})`, { paused: true, host: "localhost" }, async (night) => {
    const say = words[lang];
    const page = await night.person("inspector", { lang });
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });

    // Added under one's own account.
    const account = new URL("/account", night.base).href;
    await page.goto(account);
    await page.locator("#passkey-name").fill("duty telephone");
    await page.getByRole("button", { name: say.add, exact: true }).click();
    await page.locator("#passkeys tbody th", { hasText: "duty telephone" }).waitFor();

    // Signed in with, and nothing is typed.
    await page.locator("main").getByRole("button", { name: say.out, exact: true }).click();
    await page.waitForURL(/\/sign-in/);
    await page.getByRole("button", { name: say.enter, exact: true }).click();
    await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
    await page.goto(account);
    const row = page.locator("#passkeys tbody tr");
    assert.equal(await row.count(), 1);

    // Renamed.
    await row.locator("summary", { hasText: say.rename }).click();
    await row.locator("input[name=name]").fill("key in the safe");
    await row.getByRole("button", { name: say.rename, exact: true }).click();
    await page.locator("#passkeys tbody th", { hasText: "key in the safe" }).waitFor();

    // Removed: the device still has it, and it opens nothing.
    await page.locator("#passkeys tbody summary", { hasText: say.remove }).click();
    await page.getByRole("button", { name: say.sure }).click();
    await page.locator("#passkeys .empty").waitFor();
    await page.locator("main").getByRole("button", { name: say.out, exact: true }).click();
    await page.waitForURL(/\/sign-in/);
    night.expectFault(page, /status of 422/);
    await page.getByRole("button", { name: say.enter, exact: true }).click();
    await page.locator("[role=alert][data-state=wrong]", { hasText: say.refused }).waitFor();
  });
}
