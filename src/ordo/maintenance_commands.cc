#include "ordo/maintenance_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "api/openapi.h"
#include "base/json.h"
#include "cli/common.h"
#include "cli/progress.h"
#include "ordo/doctor.h"
#include "ordo/serve.h"
#include "postgres/home.h"
#include "sqlite/home.h"
#include "system/clock.h"

namespace ordo::program {
namespace {

namespace fs = std::filesystem;

void show_progress(std::size_t done, std::size_t total) {
  fmt::print(stderr, "\r{}{}", cli::bar(done, total), done == total ? "\n" : "");
}

int backup_embedded(const std::string& database, const std::string& target, bool json) {
  std::function<void(std::size_t, std::size_t)> progress;
  if (!json && isatty(STDERR_FILENO) == 1) progress = show_progress;
  if (const auto done = sqlite::backup(database, target, progress); !done)
    return cli::complain(done.error());
  std::error_code ignored;
  const auto bytes = fs::file_size(target, ignored);
  const auto objects = find_objects(database);
  if (!objects) return cli::complain(objects.error());
  if (json) {
    std::string name;
    base::append_json_string(name, target);
    std::string left_out;
    if (objects->buckets > 0) base::append_json_string(left_out, objects->directory);
    fmt::print("{{\"file\":{},\"bytes\":{},\"left_out\":[{}]}}\n", name, bytes, left_out);
  } else {
    fmt::print(
        "{0} bytes in {1}; to restore, stop the server, copy it over {2} and delete {2}-wal and "
        "{2}-shm\n",
        bytes, target, database);
    if (objects->buckets > 0) {
      fmt::print("What pipelines stored is not in it; copy that, too: cp -a {} {}-objects\n",
                 objects->directory, fs::path(target).replace_extension().string());
    }
  }
  return kDone;
}

// What several of the commands take.
struct MaintenanceChoices {
  Flags flags;
  std::string target;
  std::string output;
  bool json = false;
};

int backup(const MaintenanceChoices& choices, const Config& config) {
  if (config.postgres.empty()) {
    return backup_embedded(config.database, choices.target, choices.json);
  }
  return cli::complain(
      {base::ErrorCode::invalid,
       "ordo does not copy a PostgreSQL database, its own tools do: `pg_dump --format=custom "
       "--file=FILE ADDRESS` for a copy of this moment, pg_basebackup and an archive of the "
       "write-ahead log for one of any moment; docs/postgres.md says how",
       {}});
}

template <class SchemaState>
int show_schema(const base::Result<SchemaState>& state) {
  if (!state) return cli::complain(state.error());
  fmt::print("schema {} of {}\n", state->current, state->newest);
  for (const std::string& name : state->pending) fmt::print("pending: {}\n", name);
  return kDone;
}

int migrate_status(const MaintenanceChoices& /*choices*/, const Config& config) {
  if (config.postgres.empty()) return show_schema(sqlite::schema_state(config.database));
  return show_schema(postgres::schema_state({.url = config.postgres}, system::SystemClock()));
}

int migrate_up(const MaintenanceChoices& choices, const Config& config) {
  if (config.postgres.empty()) {
    const auto home = sqlite::Home::open({.path = config.database});
    if (!home) return cli::complain(home.error());
  } else {
    postgres::HomeOptions options{.url = config.postgres};
    options.on_migrated = [](int version, std::string_view name) {
      fmt::print("schema {}: {}\n", version, name);
    };
    if (const auto done = postgres::migrate(options, system::SystemClock()); !done) {
      return cli::complain(done.error());
    }
  }
  return migrate_status(choices, config);
}

int openapi(const std::string& output) {
  const std::string document = api::openapi_document(kVersion);
  if (output.empty()) {
    fmt::print("{}\n", document);
    return kDone;
  }
  std::FILE* const file = std::fopen(output.c_str(), "we");
  const bool written = file != nullptr && std::fputs(document.c_str(), file) >= 0;
  if (file != nullptr && std::fclose(file) == 0 && written) return kDone;
  return cli::complain({base::ErrorCode::internal, "cannot write " + output});
}

using DatabaseCommand = int (*)(const MaintenanceChoices& choices, const Config& config);

// Runs `command` on the database that `ordo serve` would use with the same flags.
int with_database(const MaintenanceChoices& choices, const Environment& environment,
                  DatabaseCommand command) {
  const auto config = load_config(choices.flags, environment);
  if (config) return command(choices, *config);
  // A line each fault.
  fmt::print(stderr, "ordo: {}\n", config.error().message);
  return kWrongUsage;
}

}  // namespace

void add_maintenance_commands(CLI::App& app, const Environment& environment,
                              std::function<int()>& run) {
  const auto choices = cli::make_choices<MaintenanceChoices>();
  const auto with_store = [&](CLI::App* command) {
    command->add_option("--data", choices->flags.data, "data directory (default ordo-data)");
    command->add_option("--store", choices->flags.store, "sqlite:PATH or postgres://…")
        ->excludes("--data");
    command->add_option("--config", choices->flags.config_file, "instead of ./ordo.toml");
  };
  const auto with_json = [&](CLI::App* command) {
    command->add_flag("--json", choices->json, "for machines");
  };
  // The command's callback.
  const auto on_database = [&](CLI::App* command, DatabaseCommand work) {
    with_store(command);
    command->callback([choices, work, &environment, &run] {
      run = [choices, work, &environment] { return with_database(*choices, environment, work); };
    });
  };

  CLI::App* const saving =
      app.add_subcommand("backup", "Copy a consistent snapshot, also while the server runs");
  saving->add_option("file", choices->target, "the copy; must not exist")->required();
  saving->footer(
      "It has the database. What pipelines stored is not in it: those are files in objects/ "
      "beside\n"
      "the database, to be copied after it:\n"
      "  ordo backup before.db --data DIRECTORY\n"
      "  cp -a DIRECTORY/objects before-objects\n");
  with_json(saving);
  on_database(saving, backup);

  CLI::App* const migrating = app.add_subcommand("migrate", "The schema of the database");
  migrating->require_subcommand(1);
  on_database(migrating->add_subcommand("status", "Show what is there and pending"),
              migrate_status);
  on_database(migrating->add_subcommand("up", "Bring it up to date (serve does so too)"),
              migrate_up);

  CLI::App* const checking = app.add_subcommand("doctor", "Check that this machine can serve");
  with_json(checking);
  on_database(checking, [](const MaintenanceChoices& given, const Config& config) {
    return doctor(config, given.json);
  });

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
