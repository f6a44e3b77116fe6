// People and teams, and one's own account: an admin invites somebody, who comes in, changes a password and is deactivated.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { inspect, until } from "./harness.mjs";
import { clean, person, stack } from "./people.mjs";

const PASSWORD = "plinth otter marmalade";
const linkIn = (mail, path) => new URL(mail.text.match(new RegExp(`https?://[^\\s]+${path}[^\\s]+`))[0]).pathname;

/** Looks at a page in the widths and in the dark. */
async function look(page, name) {
  await inspect(page, name, { widths: [390, 1280] });
  await page.emulateMedia({ colorScheme: "dark" });
  await inspect(page, `${name}-dark`, { widths: [390, 1280] });
  await page.emulateMedia({ colorScheme: "light" });
}

describe("people and teams", () => {
  let ada;
  let tom;
  const email = "tom.reed@example.org";

  before(async () => {
    ada = await person();
    await ada.signIn(stack.admin);
  });

  test("an admin makes a team and invites somebody into it", async () => {
    const { page } = ada;
    await page.goto("/admin/teams");
    await page.locator("#new-name").fill("Northern branch");
    await page.getByRole("button", { name: "Make a team" }).click();
    await page.getByText("The team is made.").waitFor();
    await page.getByRole("heading", { name: "Northern branch" }).waitFor();
    await look(page, "admin-teams");

    await page.goto("/admin/people");
    await page.getByRole("link", { name: "Invite somebody" }).click();
    await page.getByLabel("Full name").fill("Tom Reed");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Home team").selectOption({ label: "Northern branch" });
    await look(page, "admin-person-new");
    await page.getByRole("button", { name: "Send the invitation" }).click();
    await page.getByText("The invitation is on its way.").waitFor();
    await page.getByRole("link", { name: /Tom Reed/ }).waitFor();
    await look(page, "admin-people");
  });

  test("who is invited chooses a password and is signed in", async () => {
    tom = await person({ width: 390 });
    await tom.page.goto(linkIn(await stack.messageTo(email), "/invitation/"));
    await inspect(tom.page, "invitation", { widths: [390, 1280] });
    await tom.page.locator("#password").fill("password1234");
    await tom.page.getByRole("button", { name: "Create account" }).click();
    await tom.page.getByText("guessed first").waitFor();
    await tom.page.locator("#password").fill(PASSWORD);
    await tom.page.getByRole("button", { name: "Create account" }).click();
    await tom.page.waitForURL("**/console");
  });

  test("one's own account: profile, password, sign-ins", async () => {
    const { page } = tom;
    await page.goto("/me");
    await look(page, "me");
    await page.locator("#current").fill("not this one");
    await page.locator("#password").fill("gravel lantern walnut");
    await page.getByRole("button", { name: "Save password" }).click();
    await page.getByText("This is not your current password.").waitFor();
    await inspect(page, "me-wrong", { widths: [390] });
    await page.locator("#current").fill(PASSWORD);
    await page.locator("#password").fill("gravel lantern walnut");
    await page.getByRole("button", { name: "Save password" }).click();
    await page.getByText("Your password was changed. You are signed out everywhere else.").waitFor();
    await page.locator("#me-language").selectOption("de");
    await page.locator("form[action='/me/profile'] button").click();
    await page.getByRole("heading", { name: "Ihr Konto" }).waitFor();
  });

  test("r27 somebody who is deactivated is out at once, and what they have open is given to others", async () => {
    const ids = [];
    for (const name of ["Mara Quist", "Ola Berg"]) {
      const customer = { name, email: `${name[0].toLowerCase()}@example.net` };
      const session = { customer, agent: email, team: await team("Northern branch") };
      ids.push((await stack.api("POST", "/v1/sessions", session)).id);
    }
    await tom.page.goto(`/console/s/${ids[0]}`);
    const { page } = ada;
    await page.goto("/admin/people");
    await page.getByRole("link", { name: /Tom Reed/ }).click();
    await look(page, "admin-person");
    await page.locator("summary", { hasText: "Deactivate" }).click();
    await page.getByRole("button", { name: "Deactivate" }).click();
    await page.getByText("They are signed out everywhere and cannot sign in.").waitFor();
    await until(
      "Tom's room is closed",
      async () =>
        (await tom.page.locator("meta[name='parlor:reason'], .notice, dialog[open]").count()) > 0 ||
        tom.page.url().includes("/login"),
    );
    await look(page, "admin-person-gone");
    await page.getByLabel("Give to").selectOption({ label: "Ada Winter" });
    await page.locator("[data-give-all] button").click();
    await page.getByText("None is open.").waitFor();
    for (const id of ids) {
      const { agent } = await stack.api("GET", `/v1/sessions/${id}`);
      assert.equal(agent, "admn000000000001");
    }
    await page.getByRole("button", { name: "Reactivate" }).click();
    await page.getByText("They are let in again.").waitFor();
  });

  test("rows are looked at before anybody is invited", async () => {
    const { page } = ada;
    await page.goto("/admin/people/import");
    await page
      .locator("#rows")
      .fill("name,email,role,teams\nLea Roy,lea@example.org,agent,Lending\nEve,nothing,agent,Lending\n");
    await page.getByRole("button", { name: "Look at every row" }).click();
    await page.getByText("Of 2 rows 1 are in order.").waitFor();
    await page.getByText("This is no address").waitFor();
    await look(page, "admin-import");
    await page.getByRole("button", { name: "Invite those in order" }).click();
    await page.getByText("Invited", { exact: true }).waitFor();
    await stack.messageTo("lea@example.org");
  });

  test("all of it works without a script", async () => {
    const plain = await person({ javaScript: false });
    await plain.signIn(stack.admin);
    const { page } = plain;
    await page.goto("/admin/people?q=nina");
    await page.getByRole("link", { name: /Nina Berg/ }).click();
    await page.getByLabel("Supervisor").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    await page.goto("/me");
    await page.locator("form[action='/me/profile'] button").click();
    await page.getByText("Saved", { exact: true }).waitFor();
    await plain.page.goto("/forgot-password");
    await page.getByLabel("E-mail address").fill(stack.supervisor.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
    await page.goto(linkIn(await stack.messageTo(stack.supervisor.email), "/reset/"));
    await page.locator("#password").fill("gravel lantern walnut");
    await page.getByRole("button", { name: "Save password" }).click();
    await page.getByText("Your password was changed").waitFor();
  });

  clean();
});

async function team(name) {
  const { items } = await stack.api("GET", "/v1/teams");
  return items.find((one) => one.name === name).id;
}
