// The terminal: kubectl as people type it, and what it says to the API server.

import { type Page } from "@playwright/test";
import { accessible, expect, test as page } from "./harness";

const line = (loop: Page) => loop.getByRole("textbox", { name: "A kubectl command" });
const log = (loop: Page) => loop.getByRole("log");

/** Opens the terminal with its key and runs these lines. */
async function run(loop: Page, ...lines: string[]): Promise<void> {
  await loop.keyboard.press(":");
  await expect(line(loop)).toBeFocused();
  for (const each of lines) {
    await line(loop).fill(each);
    await line(loop).press("Enter");
  }
}

page.describe("the terminal", () => {
  page("runs kubectl on what is in the editor, and the run goes on from there", async ({ loop }) => {
    await run(loop, "kubectl apply -f manifest.yaml");
    await expect(log(loop)).toContainText("deployment.apps/nginx-deployment created");
    await expect(line(loop)).toHaveValue("");
    await loop.getByTestId("settle").click();
    await expect(loop.getByTestId("pod")).toHaveCount(3);
    await line(loop).fill("get pods -o wide");
    await line(loop).press("Enter");
    await expect(log(loop)).toContainText("NOMINATED NODE");
    await expect(log(loop)).toContainText(/nginx-deployment-\w+-\w+ +1\/1 +Running/);
  });

  page("shows what kubectl sends and what the API server answers", async ({ loop }) => {
    await run(loop, "apply -f manifest.yaml", "scale deploy nginx-deployment --replicas=5");
    const patch = log(loop).getByRole("listitem").filter({ hasText: /^PATCH/ });
    await expect(patch).toContainText("/apis/apps/v1/namespaces/default/deployments/nginx-deployment/scale");
    await expect(patch).toContainText("200 OK");
    await expect(patch.getByText("content-type: application/merge-patch+json")).toBeHidden();
    await patch.locator("summary").click();
    await expect(patch.getByText("content-type: application/merge-patch+json")).toBeVisible();
    await expect(patch.getByText('"replicas": 5').first()).toBeVisible();
    await expect(patch.getByText('"kind": "Scale"')).toBeVisible();
    await accessible(loop, ".dock");
  });

  page("completes commands, kinds, names and flags, and brings back what was typed", async ({ loop }) => {
    await run(loop, "get nodes");
    await line(loop).pressSequentially("kubectl cor");
    await line(loop).press("Tab");
    await expect(line(loop)).toHaveValue("kubectl cordon ");
    await line(loop).press("Tab");
    await expect(line(loop)).toHaveValue("kubectl cordon n");
    await expect(loop.getByRole("list", { name: "Completions" }).getByRole("button")).toHaveText(["n1", "n2", "n3"]);
    await accessible(loop, ".dock");
    await loop.getByRole("button", { name: "n2", exact: true }).click();
    await expect(line(loop)).toHaveValue("kubectl cordon n2 ");
    await expect(line(loop)).toBeFocused();
    await line(loop).press("Enter");
    await expect(log(loop)).toContainText("node/n2 cordoned");
    await line(loop).press("ArrowUp");
    await line(loop).press("ArrowUp");
    await expect(line(loop)).toHaveValue("kubectl get nodes");
    await line(loop).press("Enter");
    await expect(log(loop)).toContainText("Ready,SchedulingDisabled");
    // Where there is nothing to complete, Tab is what it is everywhere.
    await line(loop).press("Tab");
    await expect(line(loop)).not.toBeFocused();
  });

  page("says what is wrong, and forgets on clear", async ({ loop }) => {
    await run(loop, "get pods nobody", "kubectl explain pods", "kubectl nonsense");
    await expect(log(loop)).toContainText('Error from server (NotFound): pods "nobody" not found');
    await expect(log(loop)).toContainText("kubeloop serve");
    await expect(log(loop)).toContainText('unknown command "nonsense"');
    await expect(log(loop).getByText("[exit 1]")).toHaveCount(3);
    await line(loop).fill("clear");
    await line(loop).press("Enter");
    await log(loop).getByRole("button", { name: "kubectl events" }).click();
    await expect(log(loop)).toContainText("Registered Node n1 in Controller");
  });

  page("is where a narrow page can reach it", async ({ loop }) => {
    await loop.setViewportSize({ width: 390, height: 844 });
    await run(loop, "get nodes");
    await expect(line(loop)).toBeInViewport();
    await expect(log(loop)).toContainText("Ready");
    expect(await loop.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  page("serves tutorials, too", async ({ loop }) => {
    const done = await loop.evaluate(() => window.kubeloop.kubectl("create namespace shop"));
    expect(done).toEqual({
      stdout: "namespace/shop created\n",
      stderr: "",
      code: 0,
      requests: [{ method: "POST", url: "/api/v1/namespaces?fieldManager=kubectl-create&fieldValidation=Strict", status: "201 Created" }],
    });
  });
});
