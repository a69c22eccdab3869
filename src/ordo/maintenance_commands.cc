#include "ordo/maintenance_commands.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "api/openapi.h"
#include "app/committer.h"
#include "base/json.h"
#include "cli/progress.h"
#include "ordo/serve.h"
#include "sqlite/home.h"
#include "system/clock.h"

namespace ordo::program {
namespace {

namespace fs = std::filesystem;

int say(const base::Error& error) {
  fmt::print(stderr, "ordo: {}\n", error.message);
  return kFailed;
}

void show_progress(std::size_t done, std::size_t total) {
  fmt::print(stderr, "\r{}{}", cli::bar(done, total), done == total ? "\n" : "");
}

int backup(const std::string& database, const std::string& target, bool json) {
  std::function<void(std::size_t, std::size_t)> progress;
  if (!json && isatty(STDERR_FILENO) == 1) progress = show_progress;
  if (const auto done = sqlite::backup(database, target, progress); !done) return say(done.error());
  std::error_code ignored;
  const auto bytes = fs::file_size(target, ignored);
  if (json) {
    std::string name;
    base::append_json_string(name, target);
    fmt::print("{{\"file\":{},\"bytes\":{}}}\n", name, bytes);
  } else {
    fmt::print("{} bytes in {}; to restore, stop the server and copy it over {}\n", bytes, target,
               database);
  }
  return kDone;
}

int migrate_status(const std::string& database) {
  const auto state = sqlite::schema_state(database);
  if (!state) return say(state.error());
  fmt::print("schema {} of {}\n", state->current, state->newest);
  for (const std::string& name : state->pending) fmt::print("pending: {}\n", name);
  return kDone;
}

int migrate_up(const std::string& database) {
  const auto home = sqlite::Home::open({.path = database});
  if (!home) return say(home.error());
  return migrate_status(database);
}

struct Finding {
  std::string check;
  bool good = true;
  std::string says;
};

Finding check_directory(const std::string& database) {
  fs::path directory = fs::path(database).parent_path();
  if (directory.empty()) directory = ".";
  std::error_code error;
  while (!fs::exists(directory, error) && directory.has_parent_path()) {
    directory = directory.parent_path();
  }
  if (directory.empty()) directory = ".";
  const bool writable = access(directory.c_str(), W_OK) == 0;
  const auto space = fs::space(directory, error);
  if (!writable) return {"data directory", false, directory.string() + " is not writable"};
  constexpr std::uintmax_t kWanted = 256UL * 1024 * 1024;
  const std::string free = fmt::format("{} MB free", space.available / (1024 * 1024));
  return {"data directory", space.available >= kWanted, free};
}

Finding check_schema(const std::string& database) {
  const auto state = sqlite::schema_state(database);
  if (!state) return {"schema", false, state.error().message};
  return {"schema", true, fmt::format("{} of {}", state->current, state->newest)};
}

Finding check_contents(const std::string& database) {
  std::error_code ignored;
  if (!fs::exists(database, ignored)) return {"integrity", true, "there is no database yet"};
  const auto sound = sqlite::check_integrity(database);
  return {"integrity", sound.has_value(), sound ? "sound" : sound.error().message};
}

// A store of its own beside the data, so that it works while a server has the database.
Finding check_commit(const std::string& database) {
  const fs::path path = fs::path(database).parent_path() / fmt::format("doctor-{}.db", getpid());
  const system::SystemClock clock;
  Finding finding{"durable commit", true, ""};
  {
    const auto home = sqlite::Home::open({.path = path.string()});
    if (!home) return {"durable commit", false, home.error().message};
    const base::MonoTime began = clock.mono();
    constexpr int kCommits = 20;
    for (int i = 0; i < kCommits && finding.good; ++i) {
      const auto probed = (*home)->tasks().probe();
      if (!probed) finding = {"durable commit", false, probed.error().message};
    }
    const std::chrono::duration<double, std::milli> took = clock.mono() - began;
    if (finding.good) finding.says = fmt::format("{:.2f} ms each", took.count() / kCommits);
  }
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm", ".lock", "-lock"}) {
    fs::remove(path.string() + end, ignored);
  }
  return finding;
}

Finding check_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t kWanted = 1024;
  return {"open files", limit.rlim_cur >= kWanted, fmt::format("limit {}", limit.rlim_cur)};
}

int doctor(const std::string& database, bool json) {
  const std::vector<Finding> findings{check_directory(database), check_schema(database),
                                      check_contents(database), check_commit(database),
                                      check_files()};
  bool good = true;
  std::string out = "[";
  for (const Finding& finding : findings) {
    good = good && finding.good;
    if (!json) {
      fmt::print("{:<16} {:<7} {}\n", finding.check, finding.good ? "ok" : "FAILED", finding.says);
      continue;
    }
    if (out.size() > 1) out.push_back(',');
    out += R"({"check":)";
    base::append_json_string(out, finding.check);
    out += finding.good ? R"(,"ok":true,"says":)" : R"(,"ok":false,"says":)";
    base::append_json_string(out, finding.says);
    out.push_back('}');
  }
  if (json) fmt::print("{}]\n", out);
  return good ? kDone : kFailed;
}

int openapi(const std::string& output) {
  const std::string& document = api::openapi_document(kVersion);
  if (output.empty()) {
    fmt::print("{}\n", document);
    return kDone;
  }
  std::FILE* const file = std::fopen(output.c_str(), "we");
  const bool written = file != nullptr && std::fputs(document.c_str(), file) >= 0;
  if (file != nullptr && std::fclose(file) == 0 && written) return kDone;
  fmt::print(stderr, "ordo: cannot write {}\n", output);
  return kFailed;
}

// What several of the commands take.
struct Choices {
  std::string data = "ordo-data";
  std::string target;
  std::string output;
  bool json = false;

  [[nodiscard]] std::string database() const { return data + "/ordo.db"; }
};

}  // namespace

void add_maintenance_commands(CLI::App& app, std::function<int()>& run) {
  const auto choices = std::make_shared<Choices>();
  const auto with_data = [&](CLI::App* command) {
    command->add_option("--data", choices->data, "the data directory")->capture_default_str();
  };
  const auto with_json = [&](CLI::App* command) {
    command->add_flag("--json", choices->json, "for machines");
  };

  CLI::App* const saving =
      app.add_subcommand("backup", "Copy a consistent snapshot, also while the server runs");
  saving->add_option("file", choices->target, "the copy; must not exist")->required();
  with_data(saving);
  with_json(saving);
  saving->callback([choices, &run] {
    run = [choices] { return backup(choices->database(), choices->target, choices->json); };
  });

  CLI::App* const migrating = app.add_subcommand("migrate", "The schema of the database");
  migrating->require_subcommand(1);
  CLI::App* const status = migrating->add_subcommand("status", "Show what is there and pending");
  with_data(status);
  status->callback(
      [choices, &run] { run = [choices] { return migrate_status(choices->database()); }; });
  CLI::App* const up = migrating->add_subcommand("up", "Bring it up to date (serve does so too)");
  with_data(up);
  up->callback([choices, &run] { run = [choices] { return migrate_up(choices->database()); }; });

  CLI::App* const checking = app.add_subcommand("doctor", "Check that this machine can serve");
  with_data(checking);
  with_json(checking);
  checking->callback(
      [choices, &run] { run = [choices] { return doctor(choices->database(), choices->json); }; });

  CLI::App* const describing = app.add_subcommand("openapi", "Print the OpenAPI document");
  describing->add_option("--output", choices->output, "a file instead of standard output");
  describing->callback([choices, &run] { run = [choices] { return openapi(choices->output); }; });

  CLI::App* const versioning = app.add_subcommand("version", "Print the version");
  with_json(versioning);
  versioning->callback([choices, &run] {
    run = [choices] {
      if (choices->json) {
        fmt::print("{{\"version\":\"{}\"}}\n", kVersion);
      } else {
        fmt::print("ordo {}\n", kVersion);
      }
      return kDone;
    };
  });
}

}  // namespace ordo::program
