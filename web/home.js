const byId = (id) => document.getElementById(id);
byId("origin").textContent = location.origin;

function show(health) {
  byId("version").textContent = `Version ${health.version}, ${health.home}.`;
  byId("counts").replaceChildren(
    ...Object.entries(health.tasks).map(([status, count]) => {
      const cell = document.createElement("div");
      const name = document.createElement("dt");
      const value = document.createElement("dd");
      name.textContent = status;
      value.textContent = count.toLocaleString();
      cell.append(name, value);
      return cell;
    }),
  );
  byId("state").textContent = `as of ${new Date().toLocaleTimeString()}`;
}

async function refresh() {
  try {
    const answer = await fetch("/health");
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    show(await answer.json());
  } catch (error) {
    byId("state").textContent = `no news from the server: ${error.message}`;
  }
}

refresh();
setInterval(refresh, 2000);
